/** Stands for `node:http2` in the bundles: all undici reads of it while HTTP/2 is not spoken. */
export const constants: Readonly<Record<string, string>> = {};
