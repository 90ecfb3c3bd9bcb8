/** Stands for `node:http2` in the bundles: all that is read of it while HTTP/2 is not spoken. */
export const constants: Readonly<Record<string, string>> = {};

const http2 = { constants };
// biome-ignore lint/style/noDefaultExport: the cloud SDKs import it so.
export default http2;
