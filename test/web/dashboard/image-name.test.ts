import { expect, it } from "vitest";
import { imageName } from "../../../lib/web/dashboard/image-name.ts";

it.each([
  ["host/repo:tag", "host/<wbr>repo<wbr><b>:tag</b>"],
  ["host:5000/team/repo", "host:5000/<wbr>team/<wbr>repo"],
  ["host:5000/repo:1.2", "host:5000/<wbr>repo<wbr><b>:1.2</b>"],
  ["host/repo@sha256:ab", "host/<wbr>repo<wbr><b>@sha256:ab</b>"],
  ["host/repo:<b>", "host/<wbr>repo<wbr><b>:&lt;b&gt;</b>"],
  ["bare", "bare"],
  ["", ""],
])("shows %j", (name, inside) => {
  expect(imageName(name).toString()).toBe(`<bdi class="name">${inside}</bdi>`);
});
