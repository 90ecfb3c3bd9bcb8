import { swarmBreaksNothing } from "./swarm-schedules.ts";

swarmBreaksNothing(1);
