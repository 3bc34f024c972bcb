export function createTimes(locale, deviceZone, say) {
  const makers = new Map();

  function maker(zone, options) {
    const key = `${zone} ${JSON.stringify(options)}`;
    if (!makers.has(key)) {
      makers.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone || deviceZone }));
    }
    return makers.get(key);
  }

  function format(moment, zone, options) {
    try {
      return maker(zone, options).format(new Date(moment));
    } catch {
      return maker(deviceZone, options).format(new Date(moment));
    }
  }

  const day = (moment, zone) =>
    format(moment, zone, { weekday: 'short', day: 'numeric', month: 'short' }).replace(/[,،]/, '');
  const clock = (moment, zone) => format(moment, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

  return {
    clock,
    day,
    dayAndClock: (moment, zone) => say('times.dayAndClock', { day: day(moment, zone), time: clock(moment, zone) }),
    clockWithSeconds: (moment, zone) =>
      format(moment, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  };
}

// 9:41. Rounded up, so that 0:00 is shown only when the time is really over.
export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function hoursAndMinutes(minutes) {
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
