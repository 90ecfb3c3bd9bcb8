import { createHash } from "node:crypto";
import { systemRandom } from "../../base/random.ts";
import type { CliContext } from "../cli-context.ts";
import { EXIT } from "../exit-code.ts";
import type { TokenFlags } from "../flags/token-flags.ts";
import { openDataWriter } from "../output/data-writer.ts";
import { documentText } from "../output/document-text.ts";
import { jsonDocument } from "../output/json.ts";
import { usageError } from "../usage-error.ts";

const TOKEN_BYTES = 32;

/**
 * Makes a token for the HTTP API, and what the configuration is to hold of it. Nothing is stored:
 * the token is shown this once.
 *
 * @returns the exit code.
 * @throws {FerryError} `USAGE_TOKEN_NAME`, `USAGE_TOKEN_EXPIRES`.
 */
export async function runToken(
  name: string,
  flags: TokenFlags,
  { terminal }: CliContext,
): Promise<number> {
  const { scope, expires, format, output } = flags;
  if (name === "") throw usageError("USAGE_TOKEN_NAME", "the name is empty", "Say who gets it.");
  const token = systemRandom.hex(TOKEN_BYTES);
  const sha256 = createHash("sha256").update(token).digest("hex");
  const entry = { name, scopes: [scope], sha256, ...(expires !== undefined && { expires }) };
  const api = { tokens: [entry] };
  const { apiSchema } = await import("../../config/api-schema.ts");
  if (!apiSchema.safeParse(api).success) throw noDate(expires);
  const data = openDataWriter(output, terminal.stdout);
  data.write(
    format === "json"
      ? jsonDocument({ schemaVersion: 1, token, entry })
      : `# The token, shown this once: ${token}\n${await documentText({ api }, "yaml")}`,
  );
  data.close();
  return EXIT.done;
}

function noDate(expires: string | undefined) {
  const hint = "Write --expires 2027-06-30, or a time such as 2027-06-30T12:00:00Z.";
  return usageError("USAGE_TOKEN_EXPIRES", `"${expires ?? ""}" is no date`, hint);
}
