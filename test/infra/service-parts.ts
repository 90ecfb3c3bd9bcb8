import type { PackagedService, Resource } from "./package-service.ts";

/** A statement of a policy. */
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** A resource by its logical id. */
export function resourceOf(service: PackagedService, name: string): Resource {
  const found = service.resources.get(name);
  if (found === undefined) throw new Error(`there is no resource ${name}`);
  return found;
}

/** Resources of a type, by their logical ids. */
export function resourcesOf(
  service: PackagedService,
  type: string,
): (readonly [string, Resource])[] {
  return [...service.resources].filter(([, { Type }]) => Type === type);
}

/** Properties of a function. */
export function lambdaOf(
  { resources }: PackagedService,
  name: string,
): Readonly<Record<string, unknown>> {
  return resources.get(`${capital(name)}LambdaFunction`)?.Properties ?? {};
}

/** Statements of a role's own policies. */
export function statementsOfRole(service: PackagedService, role: string): readonly Statement[] {
  const policies = resourceOf(service, role).Properties["Policies"];
  if (!Array.isArray(policies)) throw new Error(`role ${role} has no policies`);
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** What statements allow, sorted. */
export function actionsOf(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ Action }) => Action).sort();
}

/** Logical id of a function's role. */
export function roleOf(name: string): string {
  return `${capital(name)}Role`;
}

/** Streams of one log group have no names before they are made. */
export function isLog(resource: unknown): boolean {
  return JSON.stringify(resource).includes(":log-group:/aws/lambda/imageferry-");
}

function capital(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}
