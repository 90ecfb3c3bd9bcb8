import { startAlibabaCloud } from "../test/support/pipeline/alibaba-cloud.ts";
import { demoPipeline } from "./demo-pipeline.ts";

await demoPipeline((configFile) =>
  startAlibabaCloud({ configFile, generation: "fc3", table: "tablestore" }),
);
