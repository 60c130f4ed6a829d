//! Medians, because the machine is noisy; ratios of pairs, because its noise drifts.

/// The middle value, or the mean of the middle two; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The median of `ours[n] / theirs[n]`: each pair ran in the same round, one soon after the other.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    let pairs: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&pairs).filter(|ratio| ratio.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{median, ratio};

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), Some(3.0));
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
