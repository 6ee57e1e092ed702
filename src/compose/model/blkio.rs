//! `blkio_config`: weights and rates of block devices.

use serde::Serialize;

use super::ByteSize;

/// How a container shares block devices with others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Blkio {
    /// The weight against other containers, 10 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u16>,
    /// Weights for single devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weight_device: Vec<DeviceWeight>,
    /// Bytes read per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_read_bps: Vec<DeviceRate>,
    /// Reads per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_read_iops: Vec<DeviceRate>,
    /// Bytes written per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_write_bps: Vec<DeviceRate>,
    /// Writes per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_write_iops: Vec<DeviceRate>,
}

/// The weight of one device. Compose hashes these keys with capitals.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeviceWeight {
    /// The device, such as `/dev/sda`.
    pub path: String,
    /// Its weight.
    pub weight: u16,
}

/// The rate limit of one device. Compose hashes these keys with capitals.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeviceRate {
    /// The device, such as `/dev/sda`.
    pub path: String,
    /// Bytes or operations per second.
    pub rate: ByteSize,
}
