-- Requests from a file, one a line, in turn:
--
--	wrk ... -s load.lua URL -- METHOD PATH KIND FILE [PAUSE]
--
-- KIND says what a line is: `bearer` a token, `body` a JSON body, `cookie` a
-- cookie, `none` anything. With a PAUSE each client waits that many
-- milliseconds between two requests. The last line of the output has the sums.

local list, at = {}, 0

function init(args)
	local method, path, kind, file = args[1], args[2], args[3], args[4]
	if args[5] then
		-- wrk looks for this name after init()
		delay = function() return tonumber(args[5]) end
	end
	for line in io.lines(file) do
		local headers, body = {}, nil
		if kind == "bearer" then
			headers["Authorization"] = "Bearer " .. line
		elseif kind == "cookie" then
			headers["Cookie"] = line
		elseif kind == "body" then
			headers["Content-Type"] = "application/json"
			body = line
		end
		if method ~= "GET" and body == nil then
			headers["Content-Length"] = "0"
		end
		list[#list + 1] = wrk.format(method, path, headers, body)
	end
end

function request()
	at = at % #list + 1
	return list[at]
end

function done(summary, latency, requests)
	local e = summary.errors
	io.write(string.format("sums %d %d %d %d %d\n", summary.requests,
	    summary.duration, e.status,
	    e.connect + e.read + e.write + e.timeout,
	    latency:percentile(99)))
end
