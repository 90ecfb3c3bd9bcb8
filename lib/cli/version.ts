declare const IMAGEFERRY_VERSION: string | undefined;

/** The version the build wrote into the bundle; run from source it is `0.0.0-dev`. */
export const VERSION: string =
  typeof IMAGEFERRY_VERSION === "string" ? IMAGEFERRY_VERSION : "0.0.0-dev";
