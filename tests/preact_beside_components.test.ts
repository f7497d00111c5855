/** Hooks, classes and contexts beside Preact. */
import { testBeside } from "./preact_beside/besides.ts";

testBeside("Hooks");
testBeside("Classes and contexts");
