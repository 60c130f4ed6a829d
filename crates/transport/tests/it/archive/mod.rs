mod conformance;
mod docker_peers;
mod docker_read;
mod docker_write;
mod oci_peers;
mod oci_read;
mod oci_write;
mod tar;
