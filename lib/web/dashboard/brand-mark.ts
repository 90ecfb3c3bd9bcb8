/** The drawing that stands for the project: containers on a hull, and the water under it. */
export const BRAND_MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0c4a6e"/>
<rect x="7" y="11" width="5" height="5" rx="1" fill="#7dd3c0"/>
<rect x="13.5" y="11" width="5" height="5" rx="1" fill="#e8f4f8"/>
<rect x="20" y="11" width="5" height="5" rx="1" fill="#7dd3c0"/>
<rect x="13.5" y="5" width="5" height="5" rx="1" fill="#f2c879"/>
<path d="M4.5 17.8h23l-3 5.4H7.8z" fill="#e8f4f8"/>
<path d="M4 26.6c2 0 2-1.4 4-1.4s2 1.4 4 1.4 2-1.4 4-1.4 2 1.4 4 1.4 2-1.4 4-1.4 2 1.4 4 1.4" fill="none" stroke="#7dd3c0" stroke-width="1.7" stroke-linecap="round"/>
</svg>
`;
