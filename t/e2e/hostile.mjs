/*
 * Malformed requests at every operation of /openapi.json: each starts from
 * the documented example and is then broken in a few ways. What is sent as
 * request N depends on the seed and N alone, but for the tokens.
 *
 * In the environment: E2E_URL; HOSTILE_REQUESTS, how many; HOSTILE_SEED, to
 * repeat a run; HOSTILE_ONLY=N sends that one alone and shows it.
 *
 * A body that would have a password hashed is nearly always made one that
 * cannot be read, so that the run is not spent in scrypt.
 */
import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';

const { hostname, port } = new URL(process.env.E2E_URL);
const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31));
const total = Number(process.env.HOSTILE_REQUESTS ?? 20000);
const only = process.env.HOSTILE_ONLY;
const CLIENTS = 16;
const SLOW = 200;
const SLOW_FROM = '127.0.0.2'; /* they would fill another's limit */
const HANG_MS = 30000;
const SHOWN = 10;
const JSON_TYPE = 'application/json';
const PASSWORD = 'Hinge-and-Door-1';

/* --- chance --- */

class Dice {
	constructor(a, b) {
		this.state = Math.imul(a + 1, 0x9e3779b1) ^
		    Math.imul(b + 1, 0x85ebca6b);
		this.next();
	}

	/* mulberry32: 0 up to but without 1 */
	next() {
		let t;
		this.state = (this.state + 0x6d2b79f5) | 0;
		t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	below(n) {
		return Math.floor(this.next() * n);
	}

	chance(p) {
		return this.next() < p;
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	bytes(n) {
		return Buffer.from(Array.from({ length: n },
		    () => this.below(256)));
	}
}

/* --- one connection, bytes out, answers in --- */

class Connection {
	constructor() {
		this.used = false;
		this.open = true;
		this.got = Buffer.alloc(0);
		this.socket = net.connect({ host: hostname, port,
			allowHalfOpen: true, noDelay: true });
		this.socket.on('data', (part) => {
			this.got = Buffer.concat([this.got, part]);
			this.look();
		});
		this.socket.on('error', () => this.end());
		this.socket.on('end', () => this.end());
		this.socket.on('close', () => this.end());
	}

	/* The answer; null: closed without one; 'hang': none in time. */
	exchange(bytes, { head = false, half = false } = {}) {
		return new Promise((resolve) => {
			const timer = globalThis.setTimeout(
			    () => this.tell('hang'), HANG_MS);
			this.head = head;
			this.tell = (answer) => {
				clearTimeout(timer);
				this.tell = null;
				this.used = true;
				if (answer === null || answer === 'hang' ||
				    answer.headers.connection === 'close')
					this.drop();
				resolve(answer);
			};
			if (!this.open) {
				this.tell(null);
				return;
			}
			this.socket.write(bytes);
			if (half)
				this.socket.end();
		});
	}

	look() {
		const answer = answerOf(this.got, this.head, !this.open);
		if (answer === null || !this.tell)
			return;
		this.got = this.got.subarray(answer.size);
		this.tell(answer);
	}

	end() {
		this.open = false;
		this.look();
		this.tell?.(null);
		this.socket.destroy();
	}

	drop() {
		this.open = false;
		this.socket.destroy();
	}
}

/* The first answer in these bytes, or null when it is not whole yet. */
function answerOf(bytes, head, ended) {
	const at = bytes.indexOf('\r\n\r\n');
	if (at < 0)
		return null;
	const [first, ...rest] =
	    bytes.subarray(0, at).toString('latin1').split('\r\n');
	const status = Number(first.split(' ')[1]);
	const start = at + 4;
	if (status >= 100 && status < 200) {
		const later = answerOf(bytes.subarray(start), head, ended);
		return later && { ...later, size: later.size + start };
	}
	const headers = {};
	for (const line of rest) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] =
		    line.slice(colon + 1).trim();
	}
	const body = head || status === 204 || status === 304 ?
	    { data: Buffer.alloc(0), size: 0 } :
	    bodyOf(bytes.subarray(start), headers, ended);
	return body && { status, headers, body: body.data,
		size: start + body.size };
}

function bodyOf(bytes, headers, ended) {
	if (headers['transfer-encoding'] === 'chunked')
		return chunksOf(bytes);
	const n = Number(headers['content-length'] ??
	    (ended ? bytes.length : NaN));
	if (!(bytes.length >= n))
		return null;
	return { data: bytes.subarray(0, n), size: n };
}

function chunksOf(bytes) {
	const parts = [];
	for (let at = 0;;) {
		const eol = bytes.indexOf('\r\n', at);
		if (eol < 0)
			return null;
		const n = parseInt(bytes.subarray(at, eol).toString(), 16);
		at = eol + 2;
		if (bytes.length < at + n + 2)
			return null;
		parts.push(bytes.subarray(at, at + n));
		at += n + 2;
		if (n === 0)
			return { data: Buffer.concat(parts), size: at };
	}
}

/* A well-formed request, for what the run itself must know. */
async function ask(method, path, body, token) {
	const data = body === undefined ? '' : JSON.stringify(body);
	const connection = new Connection();
	const answer = await connection.exchange(Buffer.from(
	    `${method} ${path} HTTP/1.1\r\nHost: ${hostname}\r\n` +
	    `Connection: close\r\nContent-Type: ${JSON_TYPE}\r\n` +
	    (token ? `Authorization: Bearer ${token}\r\n` : '') +
	    `Content-Length: ${Buffer.byteLength(data)}\r\n\r\n${data}`));
	connection.drop();
	if (answer === null || answer === 'hang')
		throw new Error(`${method} ${path}: no answer`);
	return answer;
}

/* --- what an error looks like --- */

const FAULT = ['code', 'message', 'details'];
const ENVELOPES = {
	api: {
		keys: ['detail', 'message', 'error_code', 'status_code',
			'timestamp', 'path', 'error'],
		fault: FAULT, status: 'status_code', code: /^[A-Z_]+$/,
	},
	authapi: { keys: ['error'], fault: FAULT, code: /^[a-z_]+$/ },
	janua: {
		keys: ['error'], fault: [...FAULT, 'requestId', 'timestamp'],
		code: /^[A-Z_]+$/,
	},
	auctoritas: {
		keys: ['error', 'status', 'message', 'timestamp'], fault: FAULT,
		status: 'status', code: /^[A-Z_]+$/,
	},
};
const FLAT_429 = ['error', 'message', 'retryAfter', 'limit', 'remaining',
	'resetTime'];
const AUTHAPI =
    /^\/v1\/auth\/(register|login|logout|profile|sessions|password|email)(\/|$)/;
const MOUNTS = [
	[/^\/api\/v1\/(customers|end-users)(\/|$)/, ['auctoritas']],
	[/^\/api\/(auth|user|sessions|platform)(\/|$)/, ['auctoritas']],
	/* speaks to the clients of both, each in its own way */
	[/^\/v1\/auth\/refresh(\/|$)/, ['authapi', 'janua']],
	[AUTHAPI, ['authapi']],
	[/^\/v1(\/|$)/, ['janua']],
	[/^/, ['api']],
];

function hasAll(object, keys) {
	return typeof object === 'object' && object !== null &&
	    keys.every((key) => key in object);
}

function wears(name, status, body) {
	const envelope = ENVELOPES[name];
	if (name === 'janua' && status === 429)
		return hasAll(body, FLAT_429);
	return hasAll(body, envelope.keys) &&
	    hasAll(body.error, envelope.fault) &&
	    envelope.code.test(body.error.code) &&
	    (!envelope.status || body[envelope.status] === status);
}

/* Who gets a page where nothing is. */
function isBrowser({ method, headers }) {
	return method === 'GET' &&
	    headers.some(([k, v]) => k === 'Accept' && v === 'text/html');
}

/* Undefined, or what is wrong with the answer to that request. */
function complaint(request, answer) {
	if (answer === 'hang')
		return 'no answer in time';
	if (answer === null)
		return request.silent ? undefined : 'closed without an answer';
	const { status, headers, body } = answer;
	if (!(status >= 200 && status < 600))
		return `status ${status}`;
	if (status >= 500 && !(status === 503 && request.op.hashes &&
	    /^[0-9]+$/.test(headers['retry-after'] ?? '')))
		return `status ${status}`;
	if (status < 400 || request.method === 'HEAD' ||
	    (status === 404 && isBrowser(request)))
		return undefined;
	if (!/^application\/json(;|$)/.test(headers['content-type']))
		return `an error of type ${headers['content-type']}`;
	return envelopeComplaint(request, status, body);
}

function envelopeComplaint(request, status, bytes) {
	const text = bytes.toString();
	const names = request.strange ? Object.keys(ENVELOPES) :
	    MOUNTS.find(([mount]) => mount.test(request.op.path))[1];
	let body;
	if (!bytes.equals(Buffer.from(text)))
		return 'an error that is not UTF-8';
	try {
		body = JSON.parse(text);
	} catch {
		return 'an error that is not JSON';
	}
	if (!names.some((name) => wears(name, status, body)))
		return `not the envelope of ${names.join(' or ')}`;
	return undefined;
}

/* --- operations --- */

/* The other tests of the instance keep the documented address. */
function own_address(example) {
	return example && JSON.parse(JSON.stringify(example)
	    .replaceAll('ann@example.com', 'hostile@example.com'));
}

function operationsOf(document) {
	const found = [];
	for (const [path, methods] of Object.entries(document.paths)) {
		for (const [method, o] of Object.entries(methods)) {
			const body = o.requestBody?.content[JSON_TYPE];
			const example = own_address(body?.example);
			found.push({
				method: method.toUpperCase(), path, example,
				parameters: o.parameters ?? [],
				hashes: /password/i.test(path) ||
				    /password/i.test(JSON.stringify(example)),
				ends: method === 'delete' ||
				    /log-?out|sign-?out|revoke/.test(path),
			});
		}
	}
	return found;
}

/* --- tokens --- */

const tokens = { main: null, auctoritas: null, refresh: null };
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
let accounts = 0;

/* The gate before the hash may ask to come again. */
async function signUp(path, account) {
	for (let tries = 1;; tries++) {
		const answer = await ask('POST', path, account);
		if (answer.status !== 503 || tries === 60)
			return answer;
		await setTimeout(1000 * Number(answer.headers['retry-after'] ?? 1));
	}
}

async function tokensGet() {
	const account = {
		email: `hostile-${seed}-${process.pid}-${accounts++}@example.com`,
		password: PASSWORD, name: 'Ann Lee',
	};
	const main = await signUp('/api/v1/auth/signup', account);
	const legacy = await signUp('/api/auth/register', account);
	const body = JSON.parse(main.body.toString());
	tokens.main = body.tokens?.access_token ?? body.access_token;
	tokens.refresh = body.tokens?.refresh_token ?? body.refresh_token;
	tokens.auctoritas =
	    JSON.parse(legacy.body.toString()).accessToken ?? tokens.auctoritas;
	if (main.status !== 201 || !tokens.main || !tokens.refresh)
		throw new Error(`sign-up: ${main.status} ${main.body}`);
}

/* What is sent may sign out: then another account goes on. */
async function tokensKeep() {
	const { main } = tokens;
	const me = await ask('GET', '/api/v1/auth/me', undefined, tokens.main);
	if (me.status === 401 && tokens.main === main)
		await tokensGet();
}

function encoded(object) {
	return Buffer.from(JSON.stringify(object)).toString('base64url');
}

function forged(dice) {
	const [head, claims] = tokens.main.split('.');
	const header = JSON.parse(Buffer.from(head, 'base64url').toString());
	const text = dice.pick([
		`${head}.${claims}`,
		`${encoded({ ...header, kid: dice.pick(['', '../x', 'a'.repeat(3000),
			'\u0000', 7, null]) })}.${claims}`,
		`${encoded({ ...header, jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
			jku: 'http://127.0.0.1:1/' })}.${claims}`,
		`${encoded({ ...header, crit: ['exp'] })}.${claims}`,
		`${head}.${encoded({ sub: [[]], exp: 1e308, iss: null })}`,
		`${head}.${Buffer.from(deep(dice)).toString('base64url')}`,
		`${head}.${dice.bytes(40).toString('base64url')}`,
	]);
	return `${text}.${sign('sha256', Buffer.from(text), foreign)
	    .toString('base64url')}`;
}

const BAD_TOKENS = [
	(dice) => tokens.main.slice(0, dice.below(tokens.main.length)),
	(dice) => flipped(dice, tokens.main),
	(dice) => `${tokens.main}${dice.pick(['.', '.x', '=', ' ', '/', 'A'])}`,
	(dice) => tokens.main.split('.').slice(0, 1 + dice.below(3)).join('.'),
	(dice) => `${tokens.main.split('.').reverse().join('.')}`,
	() => `${encoded({ alg: 'none', typ: 'at+jwt' })}.` +
	    `${tokens.main.split('.')[1]}.`,
	() => `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.` +
	    `${tokens.main.split('.')[1]}.${'A'.repeat(43)}`,
	forged,
	() => tokens.refresh,
	() => tokens.auctoritas ?? 'none',
	(dice) => dice.bytes(dice.below(60)).toString('base64url'),
	(dice) => 'A'.repeat(dice.pick([1, 100, 4000, 7000])),
	(dice) => '.'.repeat(dice.pick([1, 2, 3, 500])),
	() => 'rt_', () => '', () => '..', () => '%00', () => '\u00ff\u00fe',
];

function flipped(dice, text) {
	const at = dice.below(text.length);
	return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') +
	    text.slice(at + 1);
}

function authorized(dice, request) {
	const good = request.op.path.startsWith('/api/user') ||
	    /^\/api\/(sessions|auth)/.test(request.op.path) ?
	    tokens.auctoritas ?? tokens.main : tokens.main;
	if (dice.chance(request.op.ends ? 0.03 : 0.6))
		request.headers.push(['Authorization', `Bearer ${good}`]);
}

function badToken(dice, request) {
	const token = dice.pick(BAD_TOKENS)(dice);
	request.headers = request.headers.filter(([k]) =>
	    k !== 'Authorization');
	const headers = dice.pick([
		[['Authorization', `Bearer ${token}`]],
		[['Authorization', `Bearer ${token}`]],
		[['Authorization', `bearer  ${token}`]],
		[['Authorization', `Basic ${token}`]],
		[['Authorization', token]],
		[['Cookie', `access_token=${token}`]],
		[['Cookie', `access_token=${token}; access_token=x`],
			['Origin', 'http://evil.example']],
		[['Authorization', `Bearer ${token}`],
			['Authorization', `Bearer ${tokens.main}`]],
		[['X-API-Key', token]],
	]);
	/* two, or one that is too long: nginx refuses it before the path */
	if (token.length > 5000 || headers[1]?.[0] === 'Authorization')
		request.strange = request.fresh = true;
	request.headers.push(...headers);
}

/* --- values --- */

const STRINGS = ['', ' ', '\u0000', 'a\u0000b', '\u202e\u0000', 'é'.repeat(300),
	'💥'.repeat(70), '\ufeff', '\uffff', '\ud800', 'x\udfffy',
	'../../etc/passwd',
	"' OR 1=1 --", '"; DROP TABLE user; --', '%s%n%s%n', '${jndi:x}', '{{7*7}}',
	'<script>', 'ann@example.com\r\nBcc: b@example.com', '@', 'a@b',
	'a@@b.c',
	`${'a'.repeat(65)}@example.com`, `a@${'b.'.repeat(130)}com`,
	'ann@exämple.com', 'ann@xn--a', 'ann@[127.0.0.1]', '"a b"@example.com',
	'usr_', 'usr_zzzzzzzzzzzzzzzzzzzzzzzzzz', 'sess_01',
	`usr_${'0'.repeat(26)}`,
	'00000000-0000-0000-0000-000000000000', 'me', '-1', '0', '1e999',
	'99999999999999999999', '0x10', 'true', 'null', 'NaN',
	'2025-02-30T25:61:61Z',
	'a'.repeat(1025), 'a'.repeat(20000), '\\', '\\u0000', '\n', '\t\v\b'];
const NUMBERS = [0, -1, 1, 0.5, -0, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300,
    1e-300];

function junk(dice, depth = 0) {
	switch (dice.below(depth > 2 ? 4 : 6)) {
	case 0:
		return dice.pick(NUMBERS);
	case 1:
		return dice.pick([true, false, null]);
	case 2:
	case 3:
		return dice.pick(STRINGS);
	case 4:
		return Array.from({ length: dice.pick([0, 1, 3, 250]) },
		    () => small(dice));
	}
	return Object.fromEntries(Array.from(
	    { length: dice.pick([0, 1, 2, 210]) },
	    (_, n) => [dice.chance(0.01) ? dice.pick(STRINGS) : `k${n}`,
		    depth > 0 ? small(dice) : junk(dice, depth + 1)]));
}

function small(dice) {
	const value = junk(dice, 3);
	return typeof value === 'string' ? value.slice(0, 40) : value;
}

/* No password: not a text, one too long, or one with a NUL. */
function unreadable(dice) {
	return dice.pick([null, 7, -0.5, true, [], {}, ['Aa1!aaaa'],
		'a'.repeat(1025),
		'Aa1!\u0000aaaa', '', '\ud800', { $ne: '' }]);
}

function deep(dice) {
	const n = dice.pick([31, 32, 33, 64, 1000, 50000]);
	const [open, close] = dice.pick([['[', ']'], ['{"a":', '}']]);
	return open.repeat(n) + '1' + (dice.chance(0.7) ? close.repeat(n) : '');
}

/* --- bodies --- */

function caseChanged(name) {
	return name.includes('_') ?
	    name.replace(/_(.)/g, (_, c) => c.toUpperCase()) :
	    name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

const OBJECT_CHANGES = [
	(dice, object, key) => { object[key] = junk(dice); },
	(dice, object, key) => { object[key] = junk(dice); },
	(dice, object, key) => { object[key] = dice.pick(STRINGS); },
	(dice, object, key) => { delete object[key]; },
	(dice, object) => { object[dice.pick(STRINGS)] = junk(dice); },
	(dice, object, key) => { object[caseChanged(key)] = object[key]; },
	(dice, object, key) => { object[key.toUpperCase()] = object[key]; },
	(dice, object, key) => { object[key] = [object[key]]; },
	(dice, object, key) => { object[key] = { [key]: object[key] }; },
	(dice, object) => {
		for (let n = dice.pick([100, 250, 3000]); n > 0; n--)
			object[`extra${n}`] = n;
	},
];

const RAW_VALUES = ['NaN', 'Infinity', '-', '01', '1.', '.5', '+1', '1e', "'x'",
	'1'.repeat(5000), '1e99999', 'tru', '"\\x"', '"\\u12"', '"\n"',
	'"\u0001"',
	'"\\ud800"', '/**/1', 'undefined', '"', '[', '{', ']', '}', ','];

/* Takes bytes, gives bytes that differ as text. */
const TEXT_CHANGES = [
	(dice, bytes) => bytes.subarray(0, dice.below(bytes.length + 1)),
	(dice, bytes) => Buffer.concat([bytes, dice.pick([bytes,
		Buffer.from(','), Buffer.from('\0'), Buffer.from('}'),
		Buffer.from('//')])]),
	(dice, bytes) => Buffer.concat([dice.pick([Buffer.from('\ufeff'),
		Buffer.from('\0'), Buffer.from([0xff, 0xfe]),
		Buffer.from(')]}\'')]),
		bytes]),
	(dice, bytes) => Buffer.from(bytes.toString().replace('{',
	    () => `{"${dice.pick(['email', 'a', 'token'])}":1,` +
		`"${dice.pick(['email', 'a', 'token'])}":2,`)),
	(dice, bytes) => Buffer.from(bytes.toString().replace(/:/,
	    () => `:${dice.pick(RAW_VALUES)},"x":`)),
	(dice, bytes) => Buffer.from(bytes.toString().replace(/[^:]*$/,
	    () => dice.pick(RAW_VALUES) + '}')),
	(dice, bytes) => Buffer.from(bytes.toString().replaceAll('"', "'")),
	(dice, bytes) => Buffer.from(bytes.toString(), 'utf16le'),
	(dice, bytes) => Buffer.from(bytes.toString().replace(/:/,
	    () => `:${deep(dice)},"x":`)),
	(dice, bytes) => spliced(bytes, dice.below(bytes.length + 1),
	    dice.pick([
		Buffer.from([0x80]), Buffer.from([0xc0, 0x80]),
		Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80]),
		Buffer.from([0xf4, 0x90, 0x80, 0x80]),
		Buffer.from([0xe2, 0x82])])),
	(dice) => Buffer.from(deep(dice)),
	(dice) => Buffer.from(JSON.stringify(junk(dice))),
	(dice) => Buffer.from(dice.pick(RAW_VALUES)),
	(dice) => dice.bytes(dice.below(200)),
	() => Buffer.alloc(0),
];

function spliced(bytes, at, middle) {
	return Buffer.concat([bytes.subarray(0, at), middle,
	    bytes.subarray(at)]);
}

function bodyObject(dice, op, changes) {
	const object = structuredClone(op.example ?? {});
	for (; changes > 0; changes--) {
		const key = dice.pick(Object.keys(object)) ?? 'a';
		dice.pick(OBJECT_CHANGES)(dice, object, key);
	}
	if (op.hashes && !dice.chance(0.004)) {
		for (const key of Object.keys(object)) {
			if (/password/i.test(key))
				object[key] = unreadable(dice);
		}
	}
	return object;
}

function badFields(dice, request) {
	request.body = Buffer.from(JSON.stringify(
	    bodyObject(dice, request.op, 1 + dice.below(3))));
}

function badText(dice, request) {
	if (request.op.hashes && dice.chance(0.5))
		request.body = Buffer.from('{"a":1}');
	request.body = dice.pick(TEXT_CHANGES)(dice, request.body);
}

function hugeBody(dice, request) {
	const n = dice.pick([60000, 300000, 1048576 - 40, 1048576, 1048577]);
	if (!dice.chance(0.1))
		return badFields(dice, request);
	request.body = Buffer.from(dice.chance(0.5) ?
	    JSON.stringify({ email: 'a'.repeat(n) }) : ' '.repeat(n));
	return undefined;
}

const TYPES = ['text/plain', 'application/x-www-form-urlencoded',
	'multipart/form-data; boundary=x', 'multipart/form-data',
	'application/json; charset=utf-16', 'application/json;',
	'application/json,',
	'application/jsonx', 'APPLICATION/JSON', 'application/ json', '/', '',
	'application/xml', 'image/png',
	`application/json; x=${'y'.repeat(3000)}`,
	'application/merge-patch+json', '\u00ff',
	'application/json; charset="'];
const OTHER_BODIES = ['email=a&email=b', 'email=%00&a=%zz', '&&&==&',
	'a'.repeat(9000),
	'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nb',
	'--x--', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'];

function badType(dice, request) {
	request.type = dice.chance(0.2) ? null : dice.pick(TYPES);
	if (dice.chance(0.5))
		request.body = Buffer.from(dice.pick(OTHER_BODIES));
	if (dice.chance(0.1))
		request.headers.push(['Content-Type', dice.pick(TYPES)]);
}

/* --- methods and paths --- */

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS',
	'TRACE', 'CONNECT', 'PROPFIND', 'MKCOL', 'BREW', 'get', 'G', 'X-Y',
	'A'.repeat(300), 'PO ST', 'POST\t', '\u00c9'];

function badMethod(dice, request) {
	request.method = dice.pick(METHODS);
	request.strange = request.fresh = true;
	if (dice.chance(0.3))
		request.headers.push(['Origin', dice.pick(['null',
			'http://evil.example',
			'http://localhost:3000', 'a'.repeat(2000), '\u00ff'])],
		    ['Access-Control-Request-Method', dice.pick(METHODS)],
		    ['Access-Control-Request-Headers', dice.pick(STRINGS)]);
}

const PATH_CHANGES = [
	(dice, path) => path.replace(/\/(?=[^/]*$)/, '%2F'),
	(dice, path) => `${path}%00`,
	(dice, path) => `${path}/${dice.pick(['..', '%2e%2e', '.', '', '...'])
	    }${dice.pick(['', '/', '/x'])}`,
	(dice, path) => path.replaceAll('/', '//'),
	(dice, path) => `${'/..'.repeat(1 + dice.below(4))}${path}`,
	(dice, path) => `/a/..${path}`,
	(dice, path) =>
		`${path}/${'a'.repeat(dice.pick([300, 3000, 7900, 9000]))}`,
	(dice, path) => `${path}${'/a'.repeat(dice.pick([10, 100, 2000]))}`,
	(dice, path) => `${path}${dice.pick(['%', '%z', '%ff', '%c0%af', '%0a',
		'%0d%0aX: y', '%e2%80%ae', ';x=y', '\\', '"', '<', '#x',
		'\u00ff', '\t',
		'%20', '%5c..%5c', '.json', '%25%30%30'])}`,
	(dice, path) => path.replace(/[a-z]/, (c) =>
	    `%${c.charCodeAt(0).toString(16)}`),
	(dice, path) => path.toUpperCase(),
	(dice, path) =>
	    `http://${dice.pick(['evil.example', 'a:b@c', '[::1]', ''])
	    }${path}`,
	(dice, path) => path.slice(1),
	(dice, path) => path.slice(0, dice.below(path.length)) || '*',
	() => '*', () => '/', () => '//', () => '/%', () => '/style.css',
];

function badPath(dice, request) {
	request.target = dice.pick(PATH_CHANGES)(dice, request.target);
	request.strange = request.fresh = true;
}

function badParameters(dice, request) {
	const names = request.op.parameters.filter((p) => p.in === 'query')
	    .map((p) => p.name).concat('limit', 'page', 'a', '');
	const pairs = Array.from({ length: dice.pick([1, 2, 5, 50]) }, () => {
		const value = dice.pick(STRINGS).slice(0, 300).toWellFormed();
		return `${dice.pick(names)}${dice.pick(['=', '=', '[]=', '', '=='])
		    }${dice.chance(0.9) ? encodeURIComponent(value) :
			dice.pick(['%', '%zz', '%00', '%ff', '+', '%c0%80'])}`;
	});
	request.target = `${pathOf(dice, request.op, 0.9)}?${
		pairs.join('&').slice(0, 7000)}`;
}

/* The path with ids that may exist in its places, or junk. */
function pathOf(dice, op, bad) {
	return op.path.replace(/\{([^}]*)\}/g, () => dice.chance(bad) ?
	    encodeURIComponent(dice.pick(STRINGS).slice(0, 1500).toWellFormed()
		.replace(/[/\0]/g, '_')) || '_' :
	    dice.pick(['usr_01hzy2v4x8q9w7e6r5t4y3p2m1', 'me',
		    'sess_01hzy2v4x8q9w7e6r5t4y3p2m1',
		    '018ff000-0000-7000-8000-000000000000']));
}

/* --- headers --- */

const HEADERS = [
	(dice) => ['X-Forwarded-For', dice.pick(['127.0.0.1', '::1, x',
		'a'.repeat(4000), "'"])],
	(dice) => ['X-Request-ID', dice.pick([...STRINGS, 'a'.repeat(65)])],
	(dice) => ['User-Agent', dice.pick([...STRINGS,
		'Mozilla/5.0 ('.repeat(90),
		'/'.repeat(2000), '();;()((', 'Chrome/',
		'Version/999999999999'])],
	(dice) => ['Accept-Language', dice.pick(['*', ';q=', 'de;q=2,,,',
		'a-'.repeat(900), '\u00ff'])],
	(dice) => ['Accept', dice.pick(['text/html', '*/*;q=nan', ',', ''])],
	(dice) => ['Cookie', dice.pick(['=', ';;;', 'a', 'access_token', '"',
		`a=${'b'.repeat(6000)}`, 'a=b;'.repeat(500),
		'access_token="\\"',
		'\u00ff=\u00fe', 'refresh_token=;access_token='])],
	(dice) => ['Origin', dice.pick(['null', 'http://', '://',
		'a'.repeat(900)])],
	(dice) => ['Sec-Fetch-Site', dice.pick(['cross-site', '', 'x'])],
	(dice) => ['If-None-Match', dice.pick(['*', '"', 'W/"',
		'"a",'.repeat(500)])],
	(dice) => ['If-Match', dice.pick(['*', '"x"', ''])],
	(dice) => ['If-Modified-Since', dice.pick(['0', 'x', '-1'])],
	(dice) => ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
	(dice) => ['Range', dice.pick(['bytes=0-', 'bytes=-1', 'bytes=9-1',
		'bytes=99999999-', `bytes=${'0-1,'.repeat(500)}2-3`, 'x'])],
	(dice) => ['Expect', dice.pick(['100-continue', 'x'])],
	(dice) => ['X-HTTP-Method-Override', dice.pick(METHODS)],
	(dice) => ['Proxy', 'http://evil.example'],
	(dice) => ['Accept-Encoding', dice.pick(['gzip;q=x', 'identity;q=0',
		'*'])],
	(dice) => ['Host', dice.pick(['', 'evil.example', 'a'.repeat(500),
		'a b',
		'[', '127.0.0.1:99999', '../x', '\u00ff'])],
	(dice) => ['Upgrade', dice.pick(['websocket', 'h2c', 'x'])],
	(dice) => ['Connection', dice.pick(['upgrade', 'x', 'Content-Length'])],
	(dice) => [`X-${'a'.repeat(dice.pick([100, 3000, 9000]))}`, 'x'],
	(dice) => ['X-Long', 'x'.repeat(dice.pick([5000, 8000, 40000]))],
	(dice) => ['X Y', 'x'], () => ['', 'x'], () => ['X_Y', 'x'],
	() => ['X-Fold', 'a\r\n b'], () => ['X-Nul', 'a\0b'],
	() => ['X-Bare', 'a\nb'], () => ['no colon\r\nX', 'x'],
	(dice) => ['X-Bytes', dice.bytes(30).toString('latin1')],
	(dice) => ['Content-Encoding', dice.pick(['gzip', 'br', 'x'])],
];

function badHeaders(dice, request) {
	for (let n = dice.pick([1, 1, 2, 3, 8]); n > 0; n--)
		request.headers.push(dice.pick(HEADERS)(dice));
	if (dice.chance(0.03)) {
		for (let n = dice.pick([50, 150, 1200]); n > 0; n--)
			request.headers.push([`X-Many-${n}`, 'x']);
	}
	request.strange = request.fresh = true;
}

/* --- framing --- */

function chunked(dice, body, size = (n) => n.toString(16)) {
	const parts = [];
	for (let at = 0; at < body.length;) {
		const n = Math.min(body.length - at, 1 + dice.below(4000));
		parts.push(Buffer.from(`${size(n)}\r\n`),
		    body.subarray(at, at + n),
		    Buffer.from('\r\n'));
		at += n;
	}
	return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

const CHUNKED = ['Transfer-Encoding: chunked'];
const FRAMES = [
	(dice, r) => ({ lines: CHUNKED, data: chunked(dice, r.body) }),
	(dice, r) => ({ lines: CHUNKED, data: chunked(dice, r.body,
	    (n) => `000${n.toString(16)};a="b"`) }),
	(dice, r) => ({ lines: CHUNKED, data: chunked(dice, r.body,
	    () => dice.pick(['g', '-1', '', 'fffffffffffffffff', '0x1'])) }),
	(dice, r) => ({ lines: CHUNKED, data: chunked(dice, r.body)
	    .subarray(0, -5 - dice.below(9)), half: true }),
	(dice, r) => ({ lines: [...CHUNKED, `Content-Length: ${r.body.length}`],
		data: chunked(dice, r.body) }),
	(dice, r) => ({ lines: [`Transfer-Encoding: ${dice.pick(['gzip, chunked',
		'identity', 'x', 'chunked, chunked', ' chunked'])}`],
		data: chunked(dice, r.body) }),
	(dice, r) => ({ lines: [`Content-Length: ${r.body.length + 1 +
		dice.below(5000)}`], data: r.body, half: true }),
	(dice, r) => ({ lines: [`Content-Length: ${dice.below(r.body.length + 1)}`],
		data: r.body }),
	(dice, r) => ({ lines: [`Content-Length: ${dice.pick(['-1', 'x', '',
		'1e3', '0x10', '+5', '99999999999999999999', '9999999999'])}`],
		data: r.body }),
	(dice, r) => ({ lines: [`Content-Length: ${r.body.length}`,
		`Content-Length: ${r.body.length + 1}`], data: r.body }),
	(dice, r) => ({ lines: [], data: r.body }),
	(dice, r) => ({ lines: [`Content-Length: ${r.body.length}`],
		data: r.body,
		half: true, cut: true }),
	(dice, r) => ({ lines: [`Content-Length: ${r.body.length}`],
		data: r.body,
		version: dice.pick(['HTTP/1.0', 'HTTP/1.2', 'HTTP/9.9',
			'HTTP/0.9',
			'HTTP/x', 'http/1.1', 'HTTPS/1.1']) }),
];

function badFrame(dice, request) {
	request.frame = dice.pick(FRAMES)(dice, request);
	request.strange = request.fresh = request.silent = true;
}

/* --- one request --- */

const KINDS = [
	['fields', 30, badFields],
	['text', 14, badText],
	['huge', 2, hugeBody],
	['type', 7, badType],
	['method', 7, badMethod],
	['path', 9, badPath],
	['parameters', 9, badParameters],
	['headers', 9, badHeaders],
	['token', 11, badToken],
	['framing', 5, badFrame],
];

function kindOf(dice) {
	let n = dice.below(KINDS.reduce((sum, [, weight]) => sum + weight, 0));
	return KINDS.find(([, weight]) => (n -= weight) < 0);
}

/*
 * strange: the path or the framing is not what it seems, so any envelope is
 * right. fresh: on a connection of its own. silent: no answer is one too.
 */
function requestMake(operations, n) {
	const dice = new Dice(seed, n);
	const op = operations[n % operations.length];
	const [kind, , change] = kindOf(dice);
	const request = { n, op, kind, method: op.method, type: JSON_TYPE,
		headers: [], target: pathOf(dice, op, 0.2),
		body: Buffer.from(op.example || dice.chance(0.1) ?
		    JSON.stringify(bodyObject(dice, op, 0)) : '') };
	authorized(dice, request);
	change(dice, request);
	/* longer than nginx takes a line, or what no path can hold */
	if (/^.{7000}|%[01]./.test(request.target))
		request.strange = request.fresh = true;
	if (dice.chance(0.15))
		badToken(dice, request);
	return request;
}

function bytesOf(request) {
	const { body, frame } = request;
	const lines = [`${request.method} ${request.target} ${
		frame?.version ?? 'HTTP/1.1'}`];
	if (!request.headers.some(([k]) => k === 'Host'))
		lines.push(`Host: ${hostname}`);
	if (request.type !== null && (body.length > 0 ||
	    request.kind === 'type'))
		lines.push(`Content-Type: ${request.type}`);
	lines.push(...request.headers.map(([k, v]) => `${k}: ${v}`));
	if (frame)
		lines.push(...frame.lines);
	else if (body.length > 0 || /^P/.test(request.method))
		lines.push(`Content-Length: ${body.length}`);
	if (request.fresh)
		lines.push('Connection: close');
	const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
	const all = Buffer.concat([head, frame?.data ?? body]);
	return frame?.cut ?
	    all.subarray(0, -(1 + request.n % all.length)) : all;
}

/* --- slow clients --- */

function slowOpen(n) {
	const socket = net.connect({ host: hostname, port,
		localAddress: SLOW_FROM });
	socket.on('error', () => {});
	socket.resume();
	socket.write(n % 2 ?
	    'GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX-A: ' :
	    'POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\n' +
	    `Content-Type: ${JSON_TYPE}\r\nContent-Length: 9999\r\n\r\n{`);
	return socket;
}

/*
 * They hold connections while everything else is asked: half of them never
 * end their headers, half never their body, and who is thrown out comes
 * again. Gives how to end them.
 */
function slowStart() {
	const sockets = Array.from({ length: SLOW }, (_, n) => slowOpen(n));
	const timer = setInterval(() => {
		sockets.forEach((socket, n) => {
			if (socket.writable)
				socket.write(' ');
			else
				sockets[n] = slowOpen(n);
		});
	}, 1000);
	return () => {
		clearInterval(timer);
		for (const socket of sockets)
			socket.destroy();
	};
}

/* --- the run --- */

const statuses = {};
const kinds = {};
const wrong = [];
let sent = 0;

function shown(bytes) {
	const text = JSON.stringify(bytes.toString('latin1'));
	return text.length > 900 ?
	    `${text.slice(0, 300)} ... ${text.slice(-500)}` : text;
}

function note(request, bytes, answer) {
	const problem = complaint(request, answer);
	const status = answer?.status ?? answer ?? 'closed';
	sent++;
	statuses[status] = (statuses[status] ?? 0) + 1;
	kinds[request.kind] = (kinds[request.kind] ?? 0) + 1;
	if (problem === undefined && !only)
		return;
	wrong.push(`# request ${request.n} (${request.kind}): ` +
	    `${problem ?? 'right'}\n#   sent ${shown(bytes)}\n#   got  ${status} ` +
	    shown(answer?.body ?? Buffer.alloc(0)));
}

/* A kept connection may have been closed meanwhile: then once more. */
async function exchange(client, request, bytes) {
	const options = { head: request.method === 'HEAD',
	    half: request.frame?.half };
	for (;;) {
		if (request.fresh || !client.connection?.open) {
			client.connection?.drop();
			client.connection = new Connection();
		}
		const { connection } = client;
		const again = connection.used;
		const answer = await connection.exchange(bytes, options);
		if (request.fresh)
			connection.drop();
		if (answer !== null || !again)
			return answer;
	}
}

async function clientRun(operations, numbers) {
	const client = {};
	for (const n of numbers) {
		const request = requestMake(operations, n);
		const bytes = bytesOf(request);
		note(request, bytes, await exchange(client, request, bytes));
		if (n % 500 === 0)
			await tokensKeep();
	}
	client.connection?.drop();
}

function* counting(n) {
	for (let i = 0; i < n; i++)
		yield i;
}

function tell(good, what, details = []) {
	console.log(`${good ? 'ok' : 'not ok'} - ${what}`);
	for (const line of details.slice(0, SHOWN))
		console.log(line);
	if (!good)
		process.exitCode = 1;
}

const answer = await ask('GET', '/openapi.json');
const document = JSON.parse(answer.body.toString());
const operations = operationsOf(document);
console.log(`# HOSTILE_SEED=${seed}, ${operations.length} operations`);
await tokensGet();
const slowEnd = slowStart();
const started = Date.now();
const numbers = only ? [Number(only)][Symbol.iterator]() : counting(total);
await Promise.all(Array.from({ length: CLIENTS },
    () => clientRun(operations, numbers)));
const seconds = (Date.now() - started) / 1000;
slowEnd();
console.log(`# ${sent} requests in ${seconds.toFixed(1)} s`);
console.log(`# statuses ${JSON.stringify(statuses)}`);
console.log(`# kinds ${JSON.stringify(kinds)}, accounts ${accounts}`);
tell(wrong.length === 0,
    `${sent} malformed requests are answered as they should (${wrong.length
    } are not)`, wrong);
