"""What shared errors say about descent: weights, distances, trees and their support."""
