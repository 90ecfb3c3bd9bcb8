/** The variables of a function, with what CloudFormation would put in. */
export function filledIn(environment: unknown): Readonly<Record<string, string>> {
  const { Variables }: { Variables: Record<string, unknown> } = Object(environment);
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, textOf(name, value)]),
  );
}

function textOf(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  const text = JSON.stringify(value).replace('{"Ref":"AWS::Region"}', '"us-east-1"');
  const parts = [...text.matchAll(/"Ref":"(\w+)"|"([^"{}]*)"(?=[,\]])/g)].map(
    ([, reference, literal]) => reference ?? literal ?? "",
  );
  const whole = parts.join("");
  return name.endsWith("_QUEUE") ? `https://sqs/${whole}` : whole;
}
