import type { SecureContext } from "node:tls";
import { FerryError } from "../base/error.ts";
import type { TlsSettings } from "./origin-settings.ts";

/** What a TLS socket needs to know. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/**
 * Makes an origin's TLS settings ready for its sockets: TLS 1.2 at least, the settings' authority
 * besides the usual ones.
 *
 * Made once per origin: reading the certificates takes longer than a handshake.
 *
 * @throws {FerryError} `TLS_SETTINGS_INVALID` (fixInput) when a certificate or key is unreadable.
 */
export function tlsOptions(settings: TlsSettings = {}): TlsOptions {
  const { ca, certificate, key, insecureSkipVerify = false } = settings;
  // Loaded here: it takes 15 ms that a run without TLS does not have to wait for.
  const { createSecureContext, rootCertificates } = process.getBuiltinModule("node:tls");
  try {
    const secureContext = createSecureContext({
      minVersion: "TLSv1.2",
      ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key: key.reveal() }),
    });
    return { secureContext, rejectUnauthorized: !insecureSkipVerify };
  } catch (cause) {
    throw new FerryError("the registry's TLS settings hold an unreadable certificate or key", {
      code: "TLS_SETTINGS_INVALID",
      remedy: "fixInput",
      hint: "ca, certificate and key are PEM text; the key must belong to the certificate.",
      cause,
    });
  }
}
