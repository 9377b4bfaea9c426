use hashbrown::HashMap;

fn counted(ids: &[u32]) -> usize {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for id in ids {
        if *id > 3 {
            *counts.entry(*id).or_default() += 1;
        }
    }
    counts.len()
}
