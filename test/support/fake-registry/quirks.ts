import type { AuthQuirks } from "./auth-quirks.ts";
import type { BlobQuirks } from "./blob-quirks.ts";
import type { FaultQuirks } from "./fault-quirks.ts";
import type { ListingQuirks } from "./listing-quirks.ts";
import type { ManifestQuirks } from "./manifest-quirks.ts";
import type { PushQuirks } from "./push-quirks.ts";
import type { UploadQuirks } from "./upload-quirks.ts";

/**
 * What real registries do differently, one switch per row of the quirk tables (the row stands
 * first in each doc line). A switch left out means: as the spec says.
 */
export type Quirks = Partial<
  AuthQuirks & FaultQuirks & ManifestQuirks & ListingQuirks & BlobQuirks & UploadQuirks & PushQuirks
>;
