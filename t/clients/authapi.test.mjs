/* Each endpoint of the Authentication API with its documented body. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { next_link } from './mails.mjs';
import { bearer, documented, examples, expect, send } from './support.mjs';

const doc = examples('authapi');
const EMAIL = `authapi-${process.pid}@clients.example.org`;
const PASSWORD = 'Hinge-and-Door-1';
const OTHER = 'Hinge-and-Door-2';

/* What the documentation calls "string", for the members that matter. */
const account = {
	email: EMAIL, password: PASSWORD, name: 'John Doe',
	organization: 'Example Corp', subscription_plan: 'free',
	device_id: 'device123', platform: 'web', browser: 'chrome',
};

/* The body of an endpoint, from its documented form. */
function body_of(name, values) {
	const [, ...json] = doc[name].all;
	const fill = (form) => Object.fromEntries(Object.entries(form).map(
	    ([key, value]) => [key, typeof value === 'object' ? fill(value) :
		values[key]]));

	return fill(JSON.parse(json[0]));
}

/* {"a": "string"} as an example of its types, for documented(). */
function answer_of(name) {
	const samples = { string: 'text', number: 1, boolean: true };
	const fill = (form) => Array.isArray(form) ? form.map(fill) :
	    typeof form === 'object' ? Object.fromEntries(Object.entries(form)
		.map(([key, value]) => [key, fill(value)])) : samples[form];

	return fill(JSON.parse(doc[name].all.at(-1)));
}

async function call(name, { values, token, id } = {}) {
	const [method, target] = doc[name].http.split(' ');

	return send({
		method, target: target.replace('{session_id}', id),
		headers: token ? bearer(token) : {},
		body: values && body_of(name, values),
	});
}

async function login(values = account) {
	return expect(await call('Login', { values }), 200);
}

test('accounts', async (t) => {
	let tokens;

	await t.test('Register User', async () => {
		const got = await call('Register User', { values: account });

		documented(expect(got, 201), answer_of('Register User'));
		assert.equal(got.body.organization, 'Example Corp');
		assert.equal(got.body.tokens, undefined);
	});
	await t.test('Login', async () => {
		tokens = await login();
		documented(tokens, answer_of('Login'));
		assert.equal(tokens.user.subscription_plan, 'free');
	});
	await t.test('Refresh Token', async () => {
		const got = await call('Refresh Token', { values: tokens });

		documented(expect(got, 200), answer_of('Refresh Token'));
		tokens.access_token = got.body.access_token;
	});
	await t.test('Refresh Token: the first one again, and again', async () => {
		for (let i = 0; i < 3; i++) {
			const { access_token } = expect(await call('Refresh Token',
			    { values: tokens }), 200);

			expect(await call('Get User Profile',
			    { token: access_token }), 200);
		}
	});
	await t.test('Get User Profile', async () => {
		const got = await call('Get User Profile',
		    { token: tokens.access_token });

		documented(expect(got, 200), answer_of('Get User Profile'));
		assert.equal(got.body.email, EMAIL);
	});
	await t.test('Update User Profile', async () => {
		const values = { name: 'Jane Doe', organization: 'Other Corp' };

		expect(await call('Update User Profile',
		    { values, token: tokens.access_token }), 200);
		const { body } = await call('Get User Profile',
		    { token: tokens.access_token });

		assert.deepEqual([body.name, body.organization],
		    ['Jane Doe', 'Other Corp']);
	});
	await t.test('Change Password', async () => {
		const values = { current_password: PASSWORD, new_password: OTHER };

		expect(await call('Change Password',
		    { values, token: tokens.access_token }), 200);
		account.password = OTHER;
		await login();
	});
	await t.test('Logout', async () => {
		expect(await call('Logout', { values: tokens }), 200);
		expect(await call('Get User Profile',
		    { token: tokens.access_token }), 401);
	});
});

test('mails', async (t) => {
	const known = [];
	const token = async (page) => {
		const link = await next_link(EMAIL, page, known);

		known.push(link);
		return new URL(link).searchParams.get('token');
	};

	for (const name of ['Reset Password', 'Verify Email']) {
		await t.test(`${name}: a link that is none`, async () => {
			const values = { token: 'of-no-mail', new_password: PASSWORD };
			const { error } = expect(await call(name, { values }), 400);

			assert.equal(error.code, 'invalid_request');
		});
	}
	await t.test('Resend Verification Email', async () => {
		await token('verify-email');
		expect(await call('Resend Verification Email',
		    { values: account }), 200);
	});
	await t.test('Verify Email', async () => {
		expect(await call('Verify Email',
		    { values: { token: await token('verify-email') } }), 200);
	});
	await t.test('Reset Password Request', async () => {
		expect(await call('Reset Password Request',
		    { values: account }), 200);
	});
	await t.test('Reset Password', async () => {
		expect(await call('Reset Password', { values: {
			token: await token('reset-password'), new_password: PASSWORD,
		} }), 200);
		account.password = PASSWORD;
		const { access_token } = await login();
		const { body } = await call('Get User Profile',
		    { token: access_token });

		assert.equal(body.email_verified, true);
	});
});

test('sessions', async (t) => {
	const [one, two, three] = [await login(), await login(), await login()];
	const list = async () => expect(await call('List Active Sessions',
	    { token: one.access_token }), 200).sessions;
	const others = async () => (await list()).length - 1;

	await t.test('List Active Sessions', async () => {
		const sessions = await list();

		documented({ sessions }, answer_of('List Active Sessions'));
		assert.deepEqual(sessions[0].device_info, { device_id: 'device123',
			platform: 'web', browser: 'chrome' });
	});
	await t.test('Revoke Session', async () => {
		const claims = JSON.parse(Buffer.from(
		    two.access_token.split('.')[1], 'base64url'));
		const before = await others();

		expect(await call('Revoke Session',
		    { id: claims.sid, token: one.access_token }), 200);
		expect(await call('Get User Profile',
		    { token: two.access_token }), 401);
		assert.equal(await others(), before - 1);
	});
	await t.test('Revoke All Sessions', async () => {
		expect(await call('Revoke All Sessions',
		    { token: one.access_token }), 200);
		expect(await call('Get User Profile',
		    { token: three.access_token }), 401);
		assert.equal(await others(), 0);
	});
});

test('errors', async (t) => {
	const shape = (name) => JSON.parse(doc[name].json);
	const cases = [
		['400 Bad Request', () => call('Login', { values: {} })],
		['400 Bad Request', () => call('Register User', { values:
			{ ...account, email: 'x' + EMAIL, password: 'secure_password' } })],
		['401 Unauthorized', () => call('Get User Profile')],
		['404 Not Found', async () => call('Revoke Session', { id: 'none',
			token: (await login()).access_token })],
	];

	for (const [name, ask] of cases) {
		await t.test(name, async () => {
			const got = await ask();

			documented(expect(got, Number(name.slice(0, 3))), shape(name));
			assert.equal(got.body.error.code, shape(name).error.code);
			assert.equal(typeof got.body.error.details, 'object');
		});
	}
});
