import type { Plugin } from "esbuild";

/** The models of the calls that are made. */
const MODELS = ["InvokeFunctionHeaders", "InvokeFunctionRequest", "InvokeFunctionResponse"];

/**
 * Keeps the models of one call of Function Compute 3's client: those of all others, and half a
 * megabyte with them, are loaded for nothing.
 */
export const slimFc3: Plugin = {
  name: "slim-fc3",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]fc20230330[\\/]dist[\\/]models[\\/]model\.js$/ }, () => ({
      loader: "js",
      contents: MODELS.map((model) => `exports.${model} = require("./${model}").${model};`).join(
        "\n",
      ),
    }));
  },
};
