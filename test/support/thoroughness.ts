/** What takes long is done as a whole on request, by `npm run test:thorough`, and else in part. */
export const THOROUGH: boolean = process.env["THOROUGH"] === "1";
