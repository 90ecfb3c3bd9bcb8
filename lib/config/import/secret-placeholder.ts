/** The reference that stands for a password written in another tool's file. */
export function secretPlaceholder(registry: string): string {
  const name = registry.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
  return `env:${name}_PASSWORD`;
}

/** Tells the user to move a password to where {@link secretPlaceholder} looks for it. */
export function secretWarning(registry: string): string {
  const variable = secretPlaceholder(registry).slice("env:".length);
  return `the password for ${registry} is not copied: set it in ${variable}`;
}
