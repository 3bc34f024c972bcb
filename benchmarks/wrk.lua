-- Asks for the paths given after "--", one after the other, and sums up as one line of JSON.

local requests = {}
local at = 0

function init(paths)
  for number, path in ipairs(paths) do
    requests[number] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"rate": %.1f, "p50": %.3f, "p99": %.3f, "errors": %d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout
  ))
end
