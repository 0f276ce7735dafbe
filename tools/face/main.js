#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// hufu-face: compares the faces of two pictures, for development. It listens once its models are loaded.
import { run } from "../outside/program.js";
import { Queue } from "./queue.js";
import { face } from "./server.js";

await run("face", async (given) => face({ ...given, queue: await Queue.open() }));
