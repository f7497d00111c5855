/** The other thread of `runner.ts`. */
import { runSome, type Share } from "./runner.ts";

const thread = self as unknown as Worker;
thread.onmessage = async ({ data }: MessageEvent<Share>) => thread.postMessage(await runSome(data));
thread.postMessage("ready");
