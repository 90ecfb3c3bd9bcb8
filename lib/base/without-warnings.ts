/**
 * Loads or builds something whose notices to developers, of deprecations and of versions to come,
 * are none of a user's business; only what is written at once is held back.
 */
export function withoutWarnings<T>(work: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
