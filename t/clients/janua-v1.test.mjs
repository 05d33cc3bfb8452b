/* Janua v1's documented examples of accounts and profiles. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { admin, curl, documented, examples, expect, forget, fresh, request,
    send } from './support.mjs';

const doc = examples('janua-v1');
const EMAIL = 'user@company.com';
const PASSWORD = 'securePassword123!';

test('sign up, sign in, profile', async (t) => {
	const values = {};

	await t.test('Sign Up', async () => {
		const got = await request(doc['Sign Up'].http);

		documented(expect(got, 201), doc['Sign Up'].json);
		assert.equal(got.body.requiresEmailVerification, true);
	});
	await t.test('Sign In', async () => {
		const got = await request(doc['Sign In'].http);

		documented(expect(got, 200), doc['Sign In'].json);
		assert.equal(got.body.tokens.tokenType, 'Bearer');
		values.ACCESS_TOKEN = got.body.tokens.accessToken;
	});
	await t.test('Quick Start', async () => {
		const got = await curl(doc['Quick Start'].bash,
		    { YOUR_ACCESS_TOKEN: values.ACCESS_TOKEN });

		assert.equal(expect(got, 200).email, EMAIL);
	});
	await t.test('Get Current User', async () => {
		const got = await request(doc['Get Current User'].http, values);

		documented(expect(got, 200), doc['Get Current User'].json);
		assert.equal(got.body.username, 'johndoe');
		for (const name of ['Limit', 'Remaining', 'Reset', 'Window'])
			assert.match(got.headers.get(`X-RateLimit-${name}`), /^\d+$/);
	});
	await t.test('Security Headers', async () => {
		const got = await request(doc['Security Headers'].http, values);

		expect(got, 200);
		assert.equal(got.headers.get('X-Request-ID'), 'req_1234567890');
	});
	await t.test('Update User Profile', async () => {
		const got = await request(doc['Update User Profile'].http, values);

		documented(expect(got, 200), doc['Get Current User'].json);
		assert.deepEqual([got.body.lastName, got.body.bio,
			got.body.timezone, got.body.locale], ['Smith',
			'Software Engineer at Acme Corp', 'America/New_York',
			'en-US']);
	});
	await forget(EMAIL, PASSWORD);
});

test('Change Password', async () => {
	const own = await fresh('oldPassword123!');

	expect(await request(doc['Change Password'].http,
	    { ACCESS_TOKEN: own.tokens.access_token }), 200);
	expect(await send({ method: 'POST', target: '/v1/auth/signin', body:
		{ email: own.email, password: 'newSecurePassword456!' } }), 200);
});

test('for administrators', async (t) => {
	const values = { ADMIN_ACCESS_TOKEN: await admin() };
	const own = await fresh('Hinge-and-Door-1', { first_name: 'John' });
	const me = () => send({ method: 'GET', target: '/v1/auth/me',
		headers: { Authorization: `Bearer ${own.tokens.access_token}` } });
	const [suspend, unlock] = doc['Manage Users (Admin)'].all;

	values['{userId}'] = own.user.id;
	await t.test('List Users', async () => {
		const { users, pagination } = expect(await request(
		    doc['List Users (Admin)'].http, values), 200);

		assert.ok(users.some((user) => user.id === own.user.id));
		assert.equal(pagination.page, 1);
		assert.equal(pagination.limit, 50);
		assert.ok(users.every((user) => user.status === 'active'));
	});
	await t.test('not for others', async () => {
		expect(await request(doc['List Users (Admin)'].http,
		    { ADMIN_ACCESS_TOKEN: own.tokens.access_token }), 403);
	});
	await t.test('Manage Users: suspend', async () => {
		expect(await request(suspend, values), 200);
		expect(await me(), 401);
	});
	await t.test('Manage Users: unlock', async () => {
		expect(await request(unlock, values), 200);
	});
});
