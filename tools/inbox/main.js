#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// hufu-inbox: an SMS and e-mail service for development. It delivers nothing anywhere; it shows what arrived.
import { run } from "../outside/program.js";
import { inbox } from "./server.js";

await run("inbox", inbox);
