import { startAwsCloud } from "../test/support/pipeline/aws-cloud.ts";
import { demoPipeline } from "./demo-pipeline.ts";

await demoPipeline((configFile) => startAwsCloud({ configFile }));
