/*
 * The legacy endpoints of Auctoritas, by curl with a cookie jar, over TLS
 * because the cookies are Secure. Its two OAuth redirects need a provider and
 * are not here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { curl, dir, documented, expect, tls } from './support.mjs';

const EMAIL = `legacy-${process.pid}@clients.example.org`;
const jar = path.join(dir, 'cookies');
const user = { id: 'usr_00000000', email: EMAIL, name: 'Ann', role: 'USER' };
const session = {
	id: 'sess_00000000', createdAt: '2026-12-31T23:59:59Z',
	expiresAt: '2026-12-31T23:59:59Z', revoked: false,
};

async function call(method, target, body, cookies = `-b ${jar} -c ${jar}`) {
	const data = body === undefined ? '' :
	    `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;

	return curl(`curl -X ${method} ${cookies} ${data} '${tls}${target}'`);
}

/* The cookies of the jar: name to [path, secure, HttpOnly, expires]. */
function cookies() {
	const rows = readFileSync(jar, 'utf8').split('\n')
	    .filter((line) => /^(#HttpOnly_)?localhost/.test(line))
	    .map((line) => line.split('\t'));

	return Object.fromEntries(rows.map((row) => [row[5], { path: row[2],
		secure: row[3], http_only: row[0].startsWith('#HttpOnly_'),
		ttl_s: Number(row[4]) - Date.now() / 1000 }]));
}

function in_days(n) {
	return new Date(Date.now() + n * 86400e3).toISOString()
	    .replace(/\.\d+/, '');
}

test('a session by cookies', async (t) => {
	const body = { email: EMAIL, password: 'password123', name: 'Ann' };
	let id;

	await t.test('POST /api/auth/register', async () => {
		const got = await call('POST', '/api/auth/register', body);

		documented(expect(got, 201), user);
		assert.equal(got.body.role, 'USER');
	});
	await t.test('POST /api/auth/login', async () => {
		documented(expect(await call('POST', '/api/auth/login', body), 200),
		    user);
		const { access_token, refresh_token } = cookies();

		for (const [got, where, days] of [[access_token, '/', 1],
			[refresh_token, '/api/auth', 7]]) {
			assert.equal(got.path, where);
			assert.equal(got.secure, 'TRUE');
			assert.equal(got.http_only, true);
			assert.equal(Math.ceil(got.ttl_s / 86400), days);
		}
	});
	await t.test('GET /api/user/me', async () => {
		const got = await call('GET', '/api/user/me');

		documented(expect(got, 200), user);
		assert.equal(got.body.email, EMAIL);
	});
	await t.test('POST /api/auth/refresh', async () => {
		const before = readFileSync(jar, 'utf8');

		expect(await call('POST', '/api/auth/refresh'), 200);
		assert.notEqual(readFileSync(jar, 'utf8'), before);
		expect(await call('GET', '/api/user/me'), 200);
	});
	await t.test('PATCH /api/user/me', async () => {
		const got = await call('PATCH', '/api/user/me', { name: 'Anna' });

		assert.equal(expect(got, 200).name, 'Anna');
	});
	await t.test('POST /api/sessions', async () => {
		const got = await call('POST', '/api/sessions',
		    { expiresAt: in_days(2) });

		documented(expect(got, 201), { ...session, accessToken: 'text',
			refreshToken: 'text' });
		id = got.body.id;
	});
	await t.test('GET /api/sessions', async () => {
		const got = await call('GET', '/api/sessions');
		const list = Array.isArray(got.body) ? got.body :
		    got.body.sessions;

		documented(list, [session]);
		assert.ok(list.some((s) => s.id === id));
	});
	await t.test('PATCH /api/sessions/{id}', async () => {
		const expiresAt = in_days(3);
		const got = await call('PATCH', `/api/sessions/${id}`,
		    { expiresAt });

		assert.equal(expect(got, 200).expiresAt, expiresAt);
	});
	await t.test('DELETE /api/sessions/{id}', async () => {
		expect(await call('DELETE', `/api/sessions/${id}`), 204);
		expect(await call('DELETE', `/api/sessions/${id}`), 404);
	});
	await t.test('no cookies, no session', async () => {
		expect(await call('GET', '/api/user/me', undefined, ''), 401);
	});
});
