import type { Plugin } from "esbuild";

/** Clients of clouds, which most runs of the command line never load; by the name of their file. */
export const CLIENTS: ReadonlyMap<string, string> = new Map([
  ["@aws-sdk/client-dynamodb", "dynamodb"],
  ["@aws-sdk/client-ecr", "ecr"],
  ["@aws-sdk/client-secrets-manager", "secrets-manager"],
  ["@aws-sdk/client-ssm", "ssm"],
  ["tablestore", "tablestore"],
]);

/** Leaves the clients to files of their own, so that the script stays small to read. */
export const keepClientsApart: Plugin = {
  name: "keep-clients-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^(@aws-sdk\/|tablestore$)/ }, ({ path }) => {
      const file = CLIENTS.get(path);
      return file === undefined ? undefined : { path: `./clients/${file}.cjs`, external: true };
    });
  },
};
