// SPDX-License-Identifier: Apache-2.0
// The thread that compares, one pair after the other.
import { parentPort } from "node:worker_threads";

import { Comparison } from "./comparison.js";

const comparison = await Comparison.load();
parentPort.on("message", async ({ number, reference, probe }) => {
    try {
        const result = await comparison.compare({ reference: Buffer.from(reference), probe: Buffer.from(probe) });
        parentPort.postMessage({ number, result });
    } catch (error) {
        console.error(error);
        parentPort.postMessage({ number, result: { error: "internal" } });
    }
});
parentPort.postMessage({ ready: true });
