// SPDX-License-Identifier: Apache-2.0
// Hands pairs to the thread that compares, and bounds how many wait there.
import { Worker } from "node:worker_threads";

export const WAITING_MAX = 8;

export class Queue {
    #worker = new Worker(new URL("worker.js", import.meta.url));
    #waiting = new Map();
    #last = 0;

    // Once the models are loaded.
    static async open() {
        const queue = new Queue();
        await new Promise((resolve, reject) => {
            queue.#worker.once("message", resolve);
            queue.#worker.once("error", reject);
        });
        queue.#worker.on("message", ({ number, result }) => queue.#end(number, result));
        // Whoever looks after this process starts it again.
        queue.#worker.on("error", (error) => {
            console.error(error);
            process.exit(1);
        });
        return queue;
    }

    #end(number, result) {
        this.#waiting.get(number)(result);
        this.#waiting.delete(number);
    }

    // The result of the comparison, or null: too many wait.
    compare(reference, probe) {
        if (this.#waiting.size >= WAITING_MAX)
            return null;
        const number = ++this.#last;
        return new Promise((resolve) => {
            this.#waiting.set(number, resolve);
            this.#worker.postMessage({ number, reference, probe });
        });
    }

    close() {
        return this.#worker.terminate();
    }
}
