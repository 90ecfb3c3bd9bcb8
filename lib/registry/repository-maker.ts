import type { RepositoryName } from "../oci/reference.ts";

/** Makes the repositories of one registry by its vendor's API. */
export interface RepositoryMaker {
  /**
   * Makes the repository, and what it stands in; one that exists already is fine.
   *
   * @throws {FerryError} as `cloudRefusal`, naming action and repository.
   */
  make(repository: string): Promise<void>;
  /**
   * Tells whether a repository is there, where the registry refuses those that are not in the same
   * words as those that may not be seen; left out where it tells them apart.
   *
   * @throws {FerryError} as `cloudRefusal`.
   */
  exists?(repository: string): Promise<boolean>;
}

/** Finds the maker of a repository; `undefined` where repositories are not to be made. */
export type FindRepositoryMaker = (name: RepositoryName) => RepositoryMaker | undefined;
