import type { Ferry, FerryOptions } from "../runtime/ferry.ts";
import type { PingCredential, PingOptions } from "../runtime/ping-registry.ts";

/** What commands do their work with; loaded when first called, so that the others start fast. */
export interface Services {
  /** @throws {FerryError} what `createFerry` of the runtime throws. */
  createFerry(options: FerryOptions): Promise<Ferry>;
  /** @throws {FerryError} `CREDENTIALS_REFUSED`, and faults of the network. */
  verifyLogin(login: PingCredential, options: PingOptions): Promise<void>;
}

/** The real services. */
export const SERVICES: Services = {
  async createFerry(options) {
    const { createFerry } = await import("../runtime/compose.ts");
    return createFerry(options);
  },
  async verifyLogin(login, options) {
    const { pingRegistry } = await import("../runtime/ping-registry.ts");
    await pingRegistry(login, options);
  },
};
