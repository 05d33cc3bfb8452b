/*
 * For the suites of t/clients and t/browser: a running instance, and the
 * examples that the interfaces' documentation shows to their clients.
 *
 * The examples are run as they stand. Two things are replaced in them: the
 * base URL by that of the instance (located()), and the placeholders for
 * tokens and ids by real ones (filled()).
 *
 * In the environment, from t/e2e/run: E2E_URL, E2E_TLS, E2E_STATE, and
 * E2E_NODE, the folder with package.json and node_modules.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { rmSync } from 'node:fs';

export const url = process.env.E2E_URL.replace('127.0.0.1', 'localhost');
export const tls = process.env.E2E_TLS.replace('127.0.0.1', 'localhost');
export const state = process.env.E2E_STATE;
export const library =
    createRequire(path.join(process.env.E2E_NODE, 'package.json'));
export const dir = mkdtempSync(path.join(tmpdir(), 'cardea-clients-'));
after(() => rmSync(dir, { recursive: true }));

/* --- examples --- */

const BASES = /http:\/\/localhost:80[08]0|https:\/\/api\.janua\.dev/g;

export function located(text) {
	return text.replace(BASES, url);
}

/* Longer names first: one may be a part of another. */
export function filled(text, values) {
	const names = Object.keys(values).sort((a, b) => b.length - a.length);

	return names.reduce((t, n) => t.replaceAll(n, values[n]), text);
}

/* The code of NAME.md by its headings: doc['Sign Up'].http, .json ... */
export function examples(name) {
	const file = new URL(`./${name}.md`, import.meta.url);
	const doc = {};

	for (const part of readFileSync(file, 'utf8').split(/^## /m).slice(1)) {
		const code = doc[part.split('\n', 1)[0]] = { all: [] };

		for (const [, lang, text] of
		    part.matchAll(/^```(\w*)\n(.*?)\n```$/gms)) {
			code[lang] ??= text;
			code.all.push(text);
		}
	}
	return doc;
}

/* TypeScript of an example as a module that exports those names. */
export function compiled(typescript, names) {
	const ts = library('typescript');
	const options = { module: ts.ModuleKind.ESNext,
		target: ts.ScriptTarget.ES2022 };

	return ts.transpileModule(located(typescript),
	    { compilerOptions: options }).outputText +
	    `\nexport { ${names.join(', ')} }\n`;
}

/* --- running them --- */

export function run(command, args, env = {}) {
	return new Promise((resolve, reject) => execFile(command, args, {
		env: { ...process.env, no_proxy: '*', NO_PROXY: '*', ...env },
		timeout: 60000,
	}, (error, stdout, stderr) => error === null ? resolve(stdout) :
	    reject(new Error(`${command}: ${error.message}\n${stderr}`))));
}

/*
 * Runs a curl command line. What it lacks to be tested stands in a .curlrc,
 * so that not a letter of it is changed.
 */
export async function curl(command, values = {}) {
	writeFileSync(path.join(dir, '.curlrc'),
	    'silent\nshow-error\nwrite-out = "\\n%{http_code}"\n' +
	    `cacert = "${state}/var/tls/cert.pem"\n`);
	const out = await run('bash', ['-c', filled(located(command), values)],
	    { CURL_HOME: dir });
	const cut = out.lastIndexOf('\n');

	return answer(Number(out.slice(cut + 1)), out.slice(0, cut));
}

function answer(status, text, headers) {
	const json = text.startsWith('{') || text.startsWith('[');

	return { status, headers, body: json ? JSON.parse(text) : text };
}

/* The lines of a ```http block; comments after members are the writer's. */
export function parsed(http) {
	const [head, body] = http.split('\n\n');
	const [first, ...rest] = head.split('\n');
	const [method, target] = first.split(' ');

	return {
		method, target,
		headers: Object.fromEntries(rest.map((line) => line.split(': '))),
		body: body?.replace(/\s\/\/ .*$/gm, ''),
	};
}

export async function request(http, values = {}) {
	return send(parsed(filled(http, values)));
}

export async function send({ method, target, headers = {}, body }) {
	if (body !== undefined && typeof body !== 'string') {
		body = JSON.stringify(body);
		headers = { 'Content-Type': 'application/json', ...headers };
	}
	const got = await fetch(url + target, { method, headers, body });

	return answer(got.status, await got.text(), got.headers);
}

/* --- what must come back --- */

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function kind(value) {
	return value === null ? 'null' : Array.isArray(value) ? 'array' :
	    typeof value;
}

function leaf(got, example, where) {
	if (typeof example !== 'string')
		return;
	const prefix = /^[a-z]+_(?=[0-9a-z]{8})/.exec(example)?.[0];

	if (TIME.test(example))
		assert.match(got, TIME, where);
	if (prefix)
		assert.equal(got.slice(0, prefix.length), prefix, where);
}

/*
 * Every documented field is there, with the documented type: a JSON example
 * as text or value. An id has its prefix, a time its form; what may be unset
 * may be null.
 */
export function documented(got, example, where = 'answer') {
	if (typeof example === 'string' && where === 'answer')
		example = JSON.parse(example);
	if (got === null && where !== 'answer')
		return;
	assert.equal(kind(got), kind(example), `type of ${where}`);
	if (Array.isArray(example)) {
		assert.ok(got.length > 0, `${where} is empty`);
		for (const item of got)
			documented(item, example[0], `${where}[]`);
	} else if (kind(example) === 'object') {
		for (const [key, value] of Object.entries(example)) {
			assert.ok(key in got, `${where}.${key} is missing in ` +
			    JSON.stringify(got));
			documented(got[key], value, `${where}.${key}`);
		}
	} else {
		leaf(got, example, where);
	}
}

export function expect(got, status) {
	assert.equal(got.status, status,
	    `status; the body is ${JSON.stringify(got.body)}`);
	return got.body;
}

/* --- accounts --- */

let number = 0;

/* An account for one purpose: {email, password, user, tokens}. */
export async function fresh(password = 'Hinge-and-Door-1', more = {}) {
	const email = `${process.pid}-${++number}@clients.example.org`;
	const body = expect(await send({ method: 'POST',
		target: '/api/v1/auth/signup',
		body: { email, password, ...more } }), 201);

	return { email, password, ...body };
}

export function bearer(token) {
	return { Authorization: `Bearer ${token}` };
}

/* The examples share an address: whoever used it removes the account. */
export async function forget(email, password) {
	const { tokens } = expect(await send({ method: 'POST',
		target: '/api/v1/auth/signin', body: { email, password } }), 200);

	expect(await send({ method: 'DELETE', target: '/api/v1/users/me',
		headers: bearer(tokens.access_token) }), 200);
}

export async function admin() {
	const password = readFileSync(`${state}/var/admin/main`, 'utf8').trim();
	const { tokens } = expect(await send({ method: 'POST',
		target: '/api/v1/auth/signin',
		body: { email: 'admin@example.com', password } }), 200);

	return tokens.access_token;
}
