// SPDX-License-Identifier: Apache-2.0
// A message as docs/adapters.md has it: what it must hold, and the slug of what is wrong with it.

export const BODY_MAX = 16384;
const TEXT_MAX = 4000;
const ADDRESS_MAX = 254;
const VALUES_MAX = 8;

const isText = (value, max) => typeof value === "string" && value.length > 0 && value.length <= max;
const isOptional = (value, max) => value === undefined || isText(value, max);

const recipient = {
    sms: (to) => isText(to, 21) && /^\+?[0-9]{5,20}$/.test(to),
    email: (to) => isText(to, ADDRESS_MAX) && /^[^\s@]+@[^\s@]+$/.test(to),
};

const fields = {
    sms: ["to", "text", "template", "values", "language", "valid_until"],
    email: ["to", "subject", "text", "template", "values", "language", "valid_until"],
};

function fault(kind, body) {
    if (typeof body !== "object" || body === null || Array.isArray(body))
        return "bad-json";
    if (Object.keys(body).some((name) => !fields[kind].includes(name)))
        return "unknown-field";
    if (!recipient[kind](body.to))
        return "bad-recipient";
    if (!isText(body.text, TEXT_MAX) || (kind === "email" && !isText(body.subject, TEXT_MAX)))
        return "bad-text";
    if (!isOptional(body.template, 64) || !isOptional(body.language, 35))
        return "bad-field";
    if (body.values !== undefined && !(Array.isArray(body.values) && body.values.length <= VALUES_MAX &&
        body.values.every((value) => typeof value === "string" && value.length <= TEXT_MAX)))
        return "bad-field";
    if (body.valid_until !== undefined && !(isText(body.valid_until, 40) && !Number.isNaN(Date.parse(body.valid_until))))
        return "bad-field";
    return null;
}

// {content} or {error}. A message that nobody needs any more is refused, as a real service would not pay for it.
export function parse(kind, bytes) {
    let body;
    try {
        body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
        return { error: "bad-json" };
    }
    const error = fault(kind, body);
    if (error)
        return { error };
    if (body.valid_until !== undefined && Date.parse(body.valid_until) <= Date.now())
        return { error: "no-longer-valid" };
    return { content: { kind, ...body } };
}
