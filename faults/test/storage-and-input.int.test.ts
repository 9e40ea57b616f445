import { describeFaults } from "./fault-suite.ts";

describeFaults("storage", "input");
