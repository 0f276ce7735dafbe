// SPDX-License-Identifier: Apache-2.0
// The command line that every outside service for development has, and its life as a process.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const usage = `usage: node main.js --token-file FILE [--listen ADDRESS] [--port NUMBER] [--port-file FILE]
  --token-file FILE   one line: the bearer token that whoever asks must show
  --listen ADDRESS    default 127.0.0.1
  --port NUMBER       default 0: any free one
  --port-file FILE    the port that was taken is written there
`;

function options() {
    const text = { type: "string" };
    const { values } = parseArgs({ options: { "token-file": text, listen: text, port: text, "port-file": text } });
    const port = Number(values.port ?? 0);
    if (!values["token-file"] || !Number.isInteger(port) || port < 0 || port > 65535)
        throw new Error("a token file must be named, and a port is a number up to 65535");
    const token = readFileSync(values["token-file"], "utf8").trim();
    if (!token)
        throw new Error(`${values["token-file"]} is empty`);
    return { token, listen: values.listen ?? "127.0.0.1", port, portFile: values["port-file"] };
}

// make: ({token, listen}) => an http.Server, or a promise of one.
export async function run(name, make) {
    let given;
    try {
        given = options();
    } catch (error) {
        process.stderr.write(`${name}: ${error.message}\n${usage}`);
        process.exit(2);
    }
    const server = await make(given);
    server.on("error", (error) => {
        process.stderr.write(`${name}: ${error.message}\n`);
        process.exit(1);
    });
    server.listen(given.port, given.listen, () => {
        const { port } = server.address();
        if (given.portFile) {
            writeFileSync(given.portFile + ".new", `${port}\n`);
            renameSync(given.portFile + ".new", given.portFile);
        }
        console.log(`${name}: http://${given.listen.includes(":") ? `[${given.listen}]` : given.listen}:${port}/`);
    });
    for (const signal of ["SIGTERM", "SIGINT"])
        process.on(signal, () => process.exit(0));
}
