/** Lists, keys and fragments beside Preact. */
import { testBeside } from "./preact_beside/besides.ts";

testBeside("Keys");
testBeside("Fragments");
