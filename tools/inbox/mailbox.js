// SPDX-License-Identifier: Apache-2.0
// What has arrived, in memory: the newest MESSAGES_MAX messages, and for longer the keys under which they came, so that
// what is sent again is not delivered again.
import { createHash } from "node:crypto";

export const MESSAGES_MAX = 1000;
export const KEYS_MAX = 10000;

export class Mailbox {
    #messages = []; // oldest first
    #keys = new Map(); // key → {digest, message}; oldest first
    #waiting = new Set();
    #last = 0;

    // body: the bytes as they came; the same key with other bytes is a conflict. Gives {outcome, message}.
    deliver(key, body, content) {
        const digest = createHash("sha256").update(body).digest("hex");
        const known = this.#keys.get(key);
        if (known) {
            if (known.digest !== digest)
                return { outcome: "conflict", message: known.message };
            known.message.repeats++;
            return { outcome: "repeated", message: known.message };
        }
        const message = { number: ++this.#last, key, received_at: new Date().toISOString(), repeats: 0, ...content };
        this.#keys.set(key, { digest, message });
        this.#messages.push(message);
        if (this.#messages.length > MESSAGES_MAX)
            this.#messages.shift();
        if (this.#keys.size > KEYS_MAX)
            this.#keys.delete(this.#keys.keys().next().value);
        for (const wake of [...this.#waiting])
            wake();
        return { outcome: "new", message };
    }

    // The number of the newest message; those that come are above it.
    get last() {
        return this.#last;
    }

    // Oldest first. {to, kind, after}: what is undefined does not restrict.
    list({ to, kind, after = 0 } = {}) {
        return this.#messages.filter(
            (message) =>
                message.number > after && (to === undefined || message.to === to) && (kind === undefined || message.kind === kind),
        );
    }

    // As list, as soon as there is one, or when the time is over or the signal says that nobody waits any more.
    wait(query, milliseconds, signal) {
        return new Promise((resolve) => {
            const finish = () => {
                clearTimeout(timer);
                this.#waiting.delete(look);
                signal.removeEventListener("abort", finish);
                resolve(this.list(query));
            };
            const look = () => {
                if (this.list(query).length > 0)
                    finish();
            };
            const timer = setTimeout(finish, milliseconds);
            this.#waiting.add(look);
            signal.addEventListener("abort", finish);
            look();
        });
    }

    // Forgets the messages (to somebody, or all). Their keys stay: a clearing is no reason to deliver twice.
    clear(to) {
        this.#messages = to === undefined ? [] : this.#messages.filter((message) => message.to !== to);
    }
}
