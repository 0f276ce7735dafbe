// SPDX-License-Identifier: Apache-2.0
// What an outside service does on a bad day, on request, so that tests need not wait for one:
//   {times, status, retry_after}   takes nothing and answers that status
//   {times, delay_ms}              takes the message, and answers late
//   {times, hang_up: true}         takes the message, and cuts the connection instead of answering
const TIMES_MAX = 1000;
const DELAY_MAX_MS = 60000;

const isCount = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

export class Faults {
    #fault = null;

    // False: not of this form. times: 0 ends them.
    set(fault) {
        if (typeof fault !== "object" || fault === null || !isCount(fault.times, 0, TIMES_MAX))
            return false;
        const { times, status, retry_after, delay_ms, hang_up, ...rest } = fault;
        const one = [status, delay_ms, hang_up].filter((value) => value !== undefined).length === 1;
        const good =
            Object.keys(rest).length === 0 &&
            (times === 0 || one) &&
            (status === undefined || isCount(status, 400, 599)) &&
            (retry_after === undefined || (status !== undefined && isCount(retry_after, 0, 86400))) &&
            (delay_ms === undefined || isCount(delay_ms, 1, DELAY_MAX_MS)) &&
            (hang_up === undefined || hang_up === true);
        if (good)
            this.#fault = times > 0 ? { ...fault } : null;
        return good;
    }

    // What the next message meets; {} on a good day.
    next() {
        const fault = this.#fault ?? {};
        if (this.#fault && --this.#fault.times === 0)
            this.#fault = null;
        return fault;
    }
}
