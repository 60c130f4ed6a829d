//! Medians, because the machine is noisy; ratios of pairs, because its noise drifts.

/// The middle value, or the mean of the middle two; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The value that 99 of 100 do not exceed: one of the values (nearest rank); `None` of nothing.
pub(crate) fn ninety_nine(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() * 99).div_ceil(100).checked_sub(1)?).copied()
}

/// The median of `ours[n] / theirs[n]`: each pair ran in the same round, one soon after the other.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    let pairs: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&pairs).filter(|ratio| ratio.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{median, ninety_nine, ratio};

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), Some(3.0));
    }

    #[test]
    fn one_of_a_hundred_is_left_out() {
        let to = |most: u32| (1..=most).rev().map(f64::from).collect::<Vec<_>>();
        assert_eq!(ninety_nine(&[]), None);
        assert_eq!(ninety_nine(&[3.0]), Some(3.0));
        assert_eq!(ninety_nine(&to(99)), Some(99.0));
        assert_eq!(ninety_nine(&to(100)), Some(99.0));
        assert_eq!(ninety_nine(&to(101)), Some(100.0));
        assert_eq!(ninety_nine(&to(200)), Some(198.0));
    }

    #[test]
    fn ratios_compare_what_ran_in_the_same_round() {
        // The machine became three times slower after the first round; the ratio does not see it.
        assert_eq!(ratio(&[1.0, 3.0, 3.0], &[2.0, 6.0, 6.0]), Some(0.5));
        assert_eq!(ratio(&[1.0, 9.0, 2.0], &[1.0, 3.0, 1.0]), Some(2.0));
        assert_eq!(ratio(&[], &[]), None);
        assert_eq!(ratio(&[1.0], &[0.0]), None);
    }
}
