/* Two browsers of one user: two devices, and one signs the other out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fresh, url } from '../clients/support.mjs';
import { open } from './browser.mjs';

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ' +
    'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 ' +
    'Safari/604.1';
const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) ' +
    'Gecko/20100101 Firefox/128.0';

async function signed_in(userAgent, { email, password }) {
	const page = await open({ userAgent });

	await page.goto(url);
	const call = (method, target, body) => page.evaluate(
	    async ([method, target, body]) => {
		const token = sessionStorage.getItem('token');
		const got = await fetch('/api/v1' + target, {
			method, headers: { 'Content-Type': 'application/json',
				...token && { Authorization: `Bearer ${token}` } },
			body: body && JSON.stringify(body),
		});
		const answer = await got.json();

		if (answer.tokens)
			sessionStorage.setItem('token', answer.tokens.access_token);
		return { code: got.status, answer };
	    }, [method, target, body]);

	assert.equal((await call('POST', '/auth/signin',
	    { email, password })).code, 200);
	return { page, call };
}

test('two browsers are two devices', async () => {
	const own = await fresh();
	const phone = await signed_in(PHONE, own);
	const desktop = await signed_in(DESKTOP, own);
	const { sessions } = (await desktop.call('GET', '/sessions')).answer;
	const seen = sessions.map(({ device, is_current }) =>
	    [device.type, device.browser, device.os, is_current]);

	for (const row of [['mobile', 'Safari', 'iOS', false],
		['desktop', 'Firefox', 'Linux', true]])
		assert.ok(seen.some((s) => s.join() === row.join()),
		    `wanted ${row} in ${JSON.stringify(seen)}`);
	const id = sessions.find((s) => s.device.type === 'mobile').id;

	assert.equal((await phone.call('GET', '/auth/me')).code, 200);
	assert.equal((await desktop.call('DELETE', `/sessions/${id}`)).code,
	    200);
	assert.equal((await phone.call('GET', '/auth/me')).code, 401);
	assert.equal((await desktop.call('GET', '/auth/me')).code, 200);
	await phone.page.context().close();
	await desktop.page.context().close();
});
