import fc from "fast-check";

/**
 * Makes property tests draw the same values each time, so that what passes here passes there: a
 * failing build is always the change's fault. `PROPERTY_SEED=random` explores, a number replays.
 */
const asked = process.env["PROPERTY_SEED"];
if (asked !== "random") fc.configureGlobal({ seed: Number(asked ?? 20_261_122) });
