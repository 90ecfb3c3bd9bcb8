import type { Plugin } from "esbuild";

/**
 * Leaves packages out of a bundle: they can be loaded, and throw when they are used.
 *
 * @param place what the bundle is for, for the error.
 */
export function leftOut(packages: readonly string[], place: string): Plugin {
  const filter = new RegExp(`^(?:${packages.map(escaped).join("|")})$`);
  return {
    name: "left-out",
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path }) => ({ path, namespace: "left-out" }));
      onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
        loader: "js",
        contents: moduleOf(`package ${path} is not in the bundles for ${place}`),
      }));
    },
  };
}

/** Module systems ask a module a few questions before anybody uses it; those it answers. */
function moduleOf(message: string): string {
  return `
    const refuse = () => { throw new Error(${JSON.stringify(message)}); };
    const asked = (key) => typeof key === "symbol" || key === "__esModule" || key === "then";
    module.exports = new Proxy(function () {}, {
      get: (target, key) => asked(key) || Object.hasOwn(target, key) ? target[key] : refuse(),
      apply: refuse,
      construct: refuse,
    });`;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
