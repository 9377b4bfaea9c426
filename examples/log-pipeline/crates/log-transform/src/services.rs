use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, Int32Array, StringArray};
use arrow_schema::ArrowError;

use crate::row::Row;

/// The column `service`: each name once, in order of appearance, and its index for each row.
pub(crate) fn service_column(rows: &[Row]) -> Result<DictionaryArray<Int32Type>, ArrowError> {
    let mut names: Vec<&String> = Vec::new();
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        if !names.contains(&&row.service) {
            names.push(&row.service);
        }
        let key = names.iter().position(|name| **name == row.service).unwrap_or_default();
        keys.push(i32::try_from(key).map_err(|_| ArrowError::DictionaryKeyOverflowError)?);
    }
    DictionaryArray::try_new(Int32Array::from(keys), Arc::new(StringArray::from_iter_values(names)))
}
