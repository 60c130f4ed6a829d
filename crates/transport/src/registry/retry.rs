//! Whether to try again, and when: decided here and nowhere else.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::RetryOptions;
use super::failure::Failure;
use super::headers::{retry_after, text};

/// The tries of one request.
pub(super) struct Tries<'a> {
    options: &'a RetryOptions,
    left: u32,
    delay: Duration,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The outcome stands.
    Stand,
    /// Wait, then send the request again.
    Again(Duration),
    /// Nobody sends anything to the host for so long; then the request is sent again.
    Pause(Duration),
}

/// Whether a request can be sent a second time. All requests of this protocol mean the same when they are
/// repeated; only a body that has been read from its source is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// As often as needed.
    Possible,
    /// Its body is gone.
    Lost,
}

/// How long it is worth trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hurry {
    /// There is nobody else to ask.
    Patient,
    /// Another host can be asked.
    AnotherIsWaiting,
}

impl<'a> Tries<'a> {
    pub(super) fn new(options: &'a RetryOptions, hurry: Hurry) -> Self {
        let tries = match hurry {
            Hurry::Patient => options.tries,
            Hurry::AnotherIsWaiting => options.tries.min(2),
        };
        Self { options, left: tries.max(1) - 1, delay: options.first_delay }
    }

    /// After an answer.
    pub(super) fn after_answer(&mut self, status: StatusCode, headers: &HeaderMap, repeat: Repeat) -> Next {
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        let passing = matches!(status.as_u16(), 408 | 500 | 502 | 503 | 504);
        if !limited && !passing {
            return Next::Stand;
        }
        let asked = waiting_time(headers);
        if asked.is_some_and(|asked| asked > self.options.patience) {
            return Next::Stand;
        }
        let Some(chosen) = self.next_delay() else { return Next::Stand };
        // A little more than what was asked for, so that not all come back in the same moment.
        let time = asked.map_or(chosen, |asked| asked + chosen.min(asked / 4 + self.options.first_delay));
        match (limited, repeat) {
            (true, _) => Next::Pause(time),
            (false, Repeat::Possible) => Next::Again(time),
            (false, Repeat::Lost) => Next::Stand,
        }
    }

    /// After a request that got no answer.
    pub(super) fn after_failure(&mut self, failure: &Failure, repeat: Repeat) -> Next {
        match repeat {
            Repeat::Possible if failure.is_passing() => self.next_delay().map_or(Next::Stand, Next::Again),
            _ => Next::Stand,
        }
    }

    /// The next waiting time, while there are tries.
    pub(super) fn next_delay(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let delay = self.delay.min(self.options.longest_delay);
        self.delay = delay.saturating_mul(2);
        Some(delay.mul_f64(rand::random_range(0.5..=1.0)))
    }
}

/// What the registry asks for.
pub(super) fn waiting_time(headers: &HeaderMap) -> Option<Duration> {
    retry_after(text(headers, header::RETRY_AFTER)?, Timestamp::now())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn options() -> RetryOptions {
        RetryOptions { tries: 4, ..RetryOptions::default() }
    }

    fn asks_for(seconds: u64) -> HeaderMap {
        HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from(seconds))])
    }

    #[test]
    fn waiting_times_double_and_end() {
        let options = options();
        let mut tries = Tries::new(&options, Hurry::Patient);
        for longest in [200, 400, 800] {
            let longest = Duration::from_millis(longest);
            let delay = tries.next_delay().unwrap();
            assert!(delay <= longest && delay >= longest / 2, "{delay:?} for {longest:?}");
        }
        assert_eq!(tries.next_delay(), None);
    }

    #[test]
    fn what_is_asked_for_is_honoured_up_to_a_bound() {
        let options = options();
        let mut tries = Tries::new(&options, Hurry::Patient);
        let status = StatusCode::TOO_MANY_REQUESTS;
        let Next::Pause(time) = tries.after_answer(status, &asks_for(3), Repeat::Possible) else {
            panic!("no pause");
        };
        assert!(time >= Duration::from_secs(3) && time < Duration::from_secs(4), "{time:?}");
        assert_eq!(tries.after_answer(status, &asks_for(61), Repeat::Possible), Next::Stand);
    }

    #[test]
    fn a_lost_body_is_not_sent_again() {
        let options = options();
        let mut tries = Tries::new(&options, Hurry::Patient);
        let none = HeaderMap::new();
        assert_eq!(tries.after_answer(StatusCode::BAD_GATEWAY, &none, Repeat::Lost), Next::Stand);
        assert_eq!(tries.after_failure(&Failure::Silence(Duration::from_secs(1)), Repeat::Lost), Next::Stand);
        assert!(matches!(
            tries.after_answer(StatusCode::BAD_GATEWAY, &none, Repeat::Possible),
            Next::Again(_)
        ));
        assert_eq!(tries.after_answer(StatusCode::NOT_FOUND, &none, Repeat::Possible), Next::Stand);
    }
}
