/* From sign-up to mail, from mail to page, from page to a proven address. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { next_link } from '../clients/mails.mjs';
import { bearer, expect, fresh, send } from '../clients/support.mjs';
import { open } from './browser.mjs';

const NEW = 'Another-Door-7';

function post(target, body) {
	return send({ method: 'POST', target: '/api/v1/auth/' + target, body });
}

async function verified(own) {
	const got = await send({ method: 'GET', target: '/api/v1/auth/me',
		headers: bearer(own.tokens.access_token) });

	return expect(got, 200).email_verified;
}

test('an address is verified by the link of the mail', async () => {
	const own = await fresh();
	const link = await next_link(own.email, 'verify-email');
	const page = await open();

	await page.goto(link);
	assert.equal(await verified(own), false, 'before the click');
	await page.getByRole('button', { name: 'Confirm address' }).click();
	await page.getByText('Your address is confirmed').waitFor();
	assert.equal(await verified(own), true);
	await page.goto(link);
	await page.getByRole('button', { name: 'Confirm address' }).click();
	await page.getByText('does not work any more').waitFor();
	await page.context().close();
});

test('the page sends a new link, and the old one is void', async () => {
	const own = await fresh();
	const old = await next_link(own.email, 'verify-email');
	const page = await open();

	await page.goto(old.replace(/\?.*/, ''));
	await page.getByLabel('E-mail address').fill(own.email);
	await page.getByRole('button', { name: 'Send a new link' }).click();
	await page.getByText('Look into your mailbox').waitFor();
	const link = await next_link(own.email, 'verify-email', [old]);

	await page.goto(old);
	await page.getByRole('button', { name: 'Confirm address' }).click();
	await page.getByText('does not work any more').waitFor();
	assert.equal(await verified(own), false);
	await page.goto(link);
	await page.getByRole('button', { name: 'Confirm address' }).click();
	await page.getByText('Your address is confirmed').waitFor();
	assert.equal(await verified(own), true);
	await page.context().close();
});

test('a forgotten password is replaced by the link of the mail', async () => {
	const own = await fresh();
	const page = await open({ locale: 'de' });

	expect(await post('password/forgot', { email: own.email }), 200);
	await page.goto(await next_link(own.email, 'reset-password'));
	await page.getByLabel('Neues Passwort').fill('Password1!');
	await page.keyboard.press('Enter');
	await page.getByText('zu verbreitet').waitFor();
	await page.getByLabel('Neues Passwort').fill(NEW);
	await page.keyboard.press('Enter');
	await page.getByText('Ihr Passwort ist geändert').waitFor();
	await page.context().close();

	expect(await post('signin', own), 401);
	expect(await send({ method: 'GET', target: '/api/v1/auth/me',
		headers: bearer(own.tokens.access_token) }), 401);
	const { user } = expect(await post('signin',
	    { email: own.email, password: NEW }), 200);

	assert.equal(user.email_verified, true);
});
