/* Plinto's documented examples: curl, HTTP, fetch in Node, and Python. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { next_link } from './mails.mjs';
import { bearer, compiled, curl, dir, documented, examples, expect, filled,
    forget, fresh, located, request, run, send } from './support.mjs';

const doc = examples('plinto');
const JWT = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9...';
const PASSWORD = 'SecurePass123!';
const user_shape = JSON.parse(doc['Create an Account'].json).user;

test('curl: quick start', async () => {
	let got = await curl(doc['Create an Account'].bash);

	documented(expect(got, 201), doc['Create an Account'].json);
	got = await curl(doc['Sign In by curl'].bash);
	const { tokens } = expect(got, 200);

	documented(got.body, doc['Create an Account'].json);
	got = await curl(doc['Access Protected Endpoints'].bash,
	    { [JWT]: tokens.access_token });
	documented(expect(got, 200), user_shape);
	assert.equal(got.body.email, 'developer@example.com');
	got = await curl(doc['Refreshing Tokens'].bash,
	    { [JWT]: tokens.refresh_token });
	documented(expect(got, 200), doc['Refreshing Tokens'].json);
	await forget('developer@example.com', PASSWORD);
});

test('curl: the list of examples', async () => {
	const status = { 'Sign Up': 201 };
	let token = '';

	for (const part of doc['cURL Examples'].bash.split(/^# /m).slice(1)) {
		const [title, command] = part.split(/\n(.*)/s);
		const got = await curl(command, { YOUR_ACCESS_TOKEN: token });
		const body = expect(got, status[title] ?? 200);

		token = body.tokens?.access_token ?? token;
	}
	await forget('user@example.com', PASSWORD);
});

/* Each with the status that it must have. */
const calls = [
	['Sign Up', 201],
	['Sign In', 200],
	['Get Current User', 200, user_shape],
	['List Active Sessions', 200,
		JSON.parse(doc['List Active Sessions'].json)],
	['Get Current Session', 200,
		JSON.parse(doc['List Active Sessions'].json).sessions[0]],
	['Revoke All Other Sessions', 200],
	['Update Profile', 200, user_shape],
	['Forgot Password', 200],
];

test('HTTP: one after the other', async (t) => {
	const values = {};

	for (const [name, status, shape] of calls) {
		await t.test(name, async () => {
			const got = await request(doc[name].http, values);
			const body = expect(got, status);

			if (shape)
				documented(body, shape);
			if (body.tokens)
				values['{access_token}'] = body.tokens.access_token;
		});
	}
	await t.test('Update Profile: what was written', async () => {
		const { body } = await request(doc['Get Current User'].http, values);

		assert.deepEqual([body.first_name, body.last_name,
			body.profile_image_url, body.username], ['Jane', 'Smith',
			'https://example.com/avatar.jpg', 'johndoe']);
	});
	await t.test('Revoke Session', async () => {
		const other = await request(doc['Sign In'].http);
		const sessions = await request(doc['List Active Sessions'].http,
		    { '{access_token}': other.body.tokens.access_token });
		const id = sessions.body.sessions.find((s) => s.is_current).id;

		expect(await request(doc['Revoke Session'].http,
		    { ...values, '{session_id}': id }), 200);
		expect(await request(doc['Get Current User'].http,
		    { '{access_token}': other.body.tokens.access_token }), 401);
	});
	await t.test('Sign Out', async () => {
		const other = await request(doc['Sign In'].http);
		const own =
		    { '{access_token}': other.body.tokens.access_token };

		expect(await request(doc['Sign Out'].http, own), 200);
		expect(await request(doc['Get Current User'].http, own), 401);
	});
	await t.test('Delete Account', async () => {
		expect(await request(doc['Delete Account'].http, values), 200);
		expect(await request(doc['Sign In'].http), 401);
	});
});

test('HTTP: Change Password', async () => {
	const own = await fresh('OldPass123!');

	expect(await request(doc['Change Password'].http,
	    { '{access_token}': own.tokens.access_token }), 200);
	expect(await send({ method: 'POST', target: '/api/v1/auth/signin',
		body: { email: own.email, password: 'NewPass456!' } }), 200);
});

test('HTTP: links that are none', async (t) => {
	for (const name of ['Reset Password', 'Verify Email']) {
		await t.test(name, async () => {
			const body = expect(await request(doc[name].http), 400);

			assert.equal(body.error_code, 'INVALID_LINK');
		});
	}
});

test('HTTP: links of mails', async (t) => {
	const own = await fresh('OldPass123!');
	const token = async (page) => new URL(await next_link(own.email, page))
	    .searchParams.get('token');

	await t.test('Verify Email', async () => {
		expect(await request(doc['Verify Email'].http, {
			verification_token_from_email: await token('verify-email'),
		}), 200);
	});
	await t.test('Reset Password', async () => {
		expect(await send({ method: 'POST',
			target: '/api/v1/auth/password/forgot',
			body: { email: own.email } }), 200);
		expect(await request(doc['Reset Password'].http, {
			reset_token_from_email: await token('reset-password'),
		}), 200);
		const { user } = expect(await send({ method: 'POST',
			target: '/api/v1/auth/signin',
			body: { email: own.email, password: 'NewPass456!' } }), 200);

		assert.equal(user.email_verified, true);
	});
});

test('errors', async () => {
	const own = await fresh();
	const [credentials, taken, weak] =
	    doc['Common Error Scenarios'].all.map((text) => JSON.parse(text));
	const post = (name, body) => send({ method: 'POST',
		target: '/api/v1/auth/' + name, body });
	let got = await post('signin', { email: own.email, password: 'Wrong-1!' });

	assert.equal(got.body.detail, credentials.detail);
	assert.equal(got.status, credentials.status_code);
	got = await post('signup', { email: own.email, password: PASSWORD });
	assert.equal(got.body.detail, taken.detail);
	got = await post('signup', { email: 'x' + own.email, password: 'weak' });
	assert.equal(got.body.detail, weak.detail);
	assert.equal(got.status, weak.status_code);
});

test('fetch in Node', async () => {
	const store = new Map();
	const file = path.join(dir, 'fetch.mjs');

	globalThis.localStorage = {
		getItem: (key) => store.get(key) ?? null,
		setItem: (key, value) => store.set(key, value),
	};
	writeFileSync(file, compiled(doc['Using Fetch API'].typescript,
	    ['signUp', 'signIn', 'getCurrentUser', 'refreshToken']));
	const { signUp, signIn, getCurrentUser, refreshToken } =
	    await import(file);
	const email = `fetch-${process.pid}@clients.example.org`;

	await signUp(email, PASSWORD);
	await assert.rejects(signUp(email, PASSWORD), /Sign up failed/);
	await assert.rejects(signIn(email, 'Wrong-1!'), /Sign in failed/);
	const { tokens } = await signIn(email, PASSWORD);

	assert.equal((await getCurrentUser()).email, email);
	await refreshToken();
	assert.notEqual(store.get('refresh_token'), tokens.refresh_token);
	assert.equal((await getCurrentUser()).email, email);
	store.set('access_token', 'bad');
	await assert.rejects(getCurrentUser(), /Failed to get user/);
});

test('fetch with retries', async () => {
	const file = path.join(dir, 'retry.mjs');

	writeFileSync(file, compiled(doc['Rate Limit Handling'].typescript,
	    ['fetchWithRetry']));
	const { fetchWithRetry } = await import(file);
	const own = await fresh();
	const got = await fetchWithRetry(located('http://localhost:8000') +
	    '/api/v1/auth/me', { headers: bearer(own.tokens.access_token) });

	assert.equal(got.status, 200);
});

test('the client knows the same passwords as the server', async (t) => {
	const file = path.join(dir, 'validate.mjs');

	writeFileSync(file, compiled(doc['Input Validation'].typescript,
	    ['validateEmail', 'validatePassword']));
	const { validateEmail, validatePassword } = await import(file);

	for (const password of ['Aa1!aa', 'aa1!aaaaa', 'AA1!AAAAA', 'Aaa!aaaaa',
		'Aa1aaaaaa', 'Qx1!vbnt', 'Hinge-and-Door-1']) {
		await t.test(password, async () => {
			const email = `v-${password.length}-${Math.random()}` +
			    '@clients.example.org';
			const got = await send({ method: 'POST',
				target: '/api/v1/auth/signup',
				body: { email, password } });

			assert.ok(validateEmail(email));
			assert.equal(got.status, validatePassword(password) ? 201 : 400);
		});
	}
});

test('Python', async () => {
	const file = path.join(dir, 'client.py');

	writeFileSync(file, located(doc.Python.python) + `
import json
client.sign_in("user@example.com", "SecurePass123!")
print(json.dumps([user, client.get_current_user(), sessions]))
`);
	const [user, again, sessions] =
	    JSON.parse(await run('/usr/bin/python3', [file]));

	documented(user, user_shape);
	assert.equal(user.id, again.id);
	documented(sessions, JSON.parse(doc['List Active Sessions'].json));
	assert.equal(sessions.sessions[0].is_current, true);
	await forget('user@example.com', PASSWORD);
});

test('Python: an error is an exception', async () => {
	const file = path.join(dir, 'error.py');
	const text = located(doc.Python.python).split('# Usage')[0];

	writeFileSync(file, filled(text, {}) + `
client = PlintoClient()
try:
    client.sign_in("nobody@example.com", "SecurePass123!")
except requests.HTTPError as e:
    print(e.response.status_code, e.response.json()["detail"])
`);
	assert.equal(await run('/usr/bin/python3', [file]),
	    '401 Invalid credentials\n');
});
